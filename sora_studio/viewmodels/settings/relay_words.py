"""How it stands with the relay, in words."""

import os
from typing import TYPE_CHECKING

from sora_studio.domain.settings import RELAY_URL_VARIABLE, RelayPlace, Settings

if TYPE_CHECKING:
    from sora_studio.services.callbacks.reports import RelayState

_MISSING = {RelayPlace.HERE: "Enter the public address.", RelayPlace.ELSEWHERE: "Enter the address of the relay."}

_OFFLINE = "Not connected to the relay; the service is asked instead."


def is_named_outside() -> bool:
    """Whether the environment names one, which goes before the settings."""
    return bool(os.environ.get(RELAY_URL_VARIABLE))


def missing(settings: Settings) -> str:
    """What must be entered for the relay that was chosen; empty when nothing must."""
    return "" if settings.relay_url or is_named_outside() else _MISSING.get(settings.relay, "")


def relay_words(state: "RelayState", settings: Settings, *, proof: bool | None = None) -> tuple[str, str, str]:
    """An icon, the name of a colour, and a sentence.

    `proof`: whether the way round was walked to its end, or broke off: then what is wrong stands below, and is said once.
    """
    if needed := missing(settings):
        return "info", "secondary", needed
    if not state.configured:
        return "info", "secondary", "No relay. Finished tasks are found by asking."
    if state.connected:
        return _line_words(state, proof=proof)
    if state.trouble:
        return "cloud-off", "review", _OFFLINE if proof is False else f"{_OFFLINE} {state.trouble}"
    if settings.relay is RelayPlace.NONE and not is_named_outside():
        return "info", "secondary", "A relay on this computer starts by itself with the first picture or callback."
    return "clock", "secondary", "Set up, and not connected yet."


def _line_words(state: "RelayState", *, proof: bool | None) -> tuple[str, str, str]:
    """A line to the relay says nothing yet about the way to it from outside."""
    if proof is False:
        return "warning", "review", "This window is connected to the relay, but the way round is broken, as said below."
    if state.trouble:
        return "warning", "review", f"This window is connected to the relay. {state.trouble}"
    if proof is None:
        hoped = f"Reports should come in at {state.public_url}; “Prove it” shows whether they do."
        return "info", "secondary", f"This window is connected to the relay. {hoped}"
    return "success", "ready", f"Proved: reports come in at {state.public_url}."
