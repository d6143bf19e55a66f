"""How it stands with the relay, in words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.services.reports import RelayState


def relay_words(state: "RelayState", *, is_implied: bool) -> tuple[str, str, str]:
    """An icon, the name of a colour, and a sentence. `is_implied`: nobody has set it up, the program has one of its own."""
    if not state.configured:
        return "info", "secondary", "No relay. Finished tasks are found by asking."
    if state.connected:
        return "success", "ready", f"Connected. Reports come in at {state.public_url}."
    if state.trouble:
        return "cloud-off", "review", f"Offline, asking instead. {state.trouble}"
    if is_implied:
        return "info", "secondary", "A relay on this computer starts by itself with the first picture or callback."
    return "clock", "secondary", "Set up, and not connected yet."
