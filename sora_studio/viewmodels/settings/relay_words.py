"""Texts about the relay's state."""

import os
from typing import TYPE_CHECKING

from sora_studio.domain.settings import RELAY_URL_VARIABLE, RelayPlace, Settings

if TYPE_CHECKING:
    from sora_studio.services.callbacks.reports import RelayState

_MISSING = {RelayPlace.HERE: "Enter the public address.", RelayPlace.ELSEWHERE: "Enter the address of the relay."}

_OFFLINE = "Relay offline. Polling the service instead."


def is_named_outside() -> bool:
    """Return whether the environment sets a relay, which overrides the settings."""
    return bool(os.environ.get(RELAY_URL_VARIABLE))


def missing(settings: Settings) -> str:
    """Return what must still be entered for the chosen relay; empty when nothing is missing."""
    return "" if settings.relay_url or is_named_outside() else _MISSING.get(settings.relay, "")


def relay_words(state: "RelayState", settings: Settings, *, check: bool | None = None) -> tuple[str, str, str]:
    """Return an icon, the name of a colour, and a sentence.

    `check` is the result of the last callback check, None without one. A failed check shows its reason itself.
    """
    if needed := missing(settings):
        return "info", "secondary", needed
    if not state.configured:
        return "info", "secondary", "No relay. Finished tasks are found by polling."
    if state.connected:
        return _line_words(state, check=check)
    if state.trouble:
        return "cloud-off", "review", _OFFLINE if check is False else f"{_OFFLINE} {state.trouble}"
    if settings.relay is RelayPlace.NONE and not is_named_outside():
        return "info", "secondary", "A relay on this computer starts by itself with the first picture or callback."
    return "clock", "secondary", "Not connected yet."


def _line_words(state: "RelayState", *, check: bool | None) -> tuple[str, str, str]:
    """Return the texts while connected, which does not prove that the relay's public address works."""
    if check is False:
        return "warning", "review", "Connected to the relay, but the callback check failed; see below."
    if state.trouble:
        return "warning", "review", f"Connected to the relay. {state.trouble}"
    if check is None:
        hoped = f"Callbacks should arrive at {state.public_url}; “Check callbacks” tests it."
        return "info", "secondary", f"Connected to the relay. {hoped}"
    return "success", "ready", f"Callbacks arrive at {state.public_url}."
