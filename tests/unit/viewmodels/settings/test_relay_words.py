"""How it stands with the relay: what was chosen, what is missing, and no more than was seen."""

import pytest

from sora_studio.domain.settings import RELAY_URL_VARIABLE, RelayPlace, Settings
from sora_studio.services.callbacks.reports import RelayState
from sora_studio.viewmodels.settings.relay_words import relay_words

AT = "https://relay.example.org"
ON_A_HOST = Settings(relay=RelayPlace.ELSEWHERE, relay_url=AT)
DOWN = RelayState(configured=True, trouble="No answer.")
UP = RelayState(configured=True, connected=True, public_url=AT)


@pytest.mark.parametrize(
    ("state", "settings", "proof", "role", "words"),
    [
        (RelayState(configured=False), Settings(), None, "secondary", "No relay."),
        (RelayState(configured=False), Settings(relay=RelayPlace.HERE), None, "secondary", "Enter the public address."),
        (UP, Settings(relay=RelayPlace.ELSEWHERE), None, "secondary", "Enter the address of the relay."),
        (RelayState(configured=True), Settings(), None, "secondary", "A relay on this computer starts by itself"),
        (RelayState(configured=True), ON_A_HOST, None, "secondary", "Not connected yet."),
        (DOWN, ON_A_HOST, None, "review", "Relay offline. Polling the service instead. No answer."),
        (UP, ON_A_HOST, None, "secondary", "Connected to the relay. Callbacks should arrive at"),
        (UP, ON_A_HOST, False, "review", "Connected to the relay, but the callback check failed"),
        (UP, ON_A_HOST, True, "ready", f"Callbacks arrive at {AT}."),
        (
            RelayState(configured=True, connected=True, public_url="http://127.0.0.1:1", trouble="Nobody gets there."),
            ON_A_HOST,
            None,
            "review",
            "Connected to the relay. Nobody gets there.",
        ),
    ],
)
def test_no_more_is_said_than_is_known(
    state: RelayState, settings: Settings, proof: bool | None, role: str, words: str
) -> None:
    _icon, colour, sentence = relay_words(state, settings, check=proof)
    assert colour == role
    assert sentence.startswith(words)


@pytest.mark.parametrize("state", [DOWN, RelayState(configured=True, connected=True, public_url=AT, trouble="No answer.")])
def test_what_stands_below_is_not_said_twice(state: RelayState) -> None:
    assert "No answer." in relay_words(state, ON_A_HOST)[2]
    assert "No answer." not in relay_words(state, ON_A_HOST, check=False)[2]


def test_what_the_environment_names_lacks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RELAY_URL_VARIABLE, AT)
    state = RelayState(configured=True)
    assert relay_words(state, Settings(relay=RelayPlace.HERE))[2] == "Not connected yet."
