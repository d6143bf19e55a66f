"""The proof walks the way leg by leg, stops at the broken one and says which it is, and leaves nothing public."""

import io
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, PublishingFailed
from sora_studio.domain.picture import PIXEL
from sora_studio.domain.settings import RelayPlace
from sora_studio.services.callbacks.relay_check import Step
from sora_studio.services.callbacks.relay_link import RelayChoice
from tests.doubles.relay import A_RELAY, NO_RELAY, PUBLIC_URL, ScriptedRelay
from tests.unit.services.rig import Rig, run

NAMES = ["This window to the relay", "A picture from outside", "A report from outside", "The relay back to this window"]
HERE = RelayChoice(RelayPlace.HERE, PUBLIC_URL, 8788)


def proved(folder: Path, *broken: str, choice: RelayChoice = A_RELAY) -> tuple[list[Step], ScriptedRelay]:
    """The legs that were walked, and the relay afterwards."""

    async def story() -> tuple[list[Step], ScriptedRelay]:
        rig = Rig(folder, loopback=False, relay_choice=choice)
        relay = rig.relay
        assert relay is not None
        async with rig:
            await rig.advance(1)
            relay.broken |= set(broken)
            legs = list[Step]()

            async def walk() -> None:
                legs.extend([leg async for leg in rig.engine.reports.check()])

            walking = rig.core.supervisor.start(walk(), name="proof")
            await rig.advance(60)
            assert walking.done()
            return legs, relay

    return run(story())


def test_the_whole_way_round(tmp_path: Path) -> None:
    legs, relay = proved(tmp_path)
    assert [leg.name for leg in legs] == NAMES
    assert all(leg.ok and leg.sentence and leg.seconds < 1 for leg in legs)
    assert relay.ever_published == 1
    assert not relay.pictures


@pytest.mark.parametrize(
    ("broken", "walked", "look_at"),
    [
        ("greet", 1, "address in Settings"),
        ("publish", 2, "GET /p/"),
        ("visit", 2, "GET /p/"),
        ("report", 3, "POST /c/"),
        ("back", 4, "/v1/callbacks"),
    ],
)
def test_the_broken_leg_is_the_last_and_says_what_to_look_at(tmp_path: Path, broken: str, walked: int, look_at: str) -> None:
    legs, relay = proved(tmp_path, broken)
    assert [leg.name for leg in legs] == NAMES[:walked]
    assert [leg.ok for leg in legs] == [True] * (walked - 1) + [False]
    assert look_at in legs[-1].sentence
    assert not relay.pictures


def test_a_relay_here_that_does_not_answer_is_looked_for_on_this_machine(tmp_path: Path) -> None:
    legs, _ = proved(tmp_path, "greet", choice=HERE)
    assert "on this machine" in legs[0].sentence


def test_what_stands_there_instead_of_the_picture_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def visit(_self: ScriptedRelay, _url: str) -> bytes:
        return b"<html>Parked</html>"

    monkeypatch.setattr(ScriptedRelay, "visit", visit)
    legs, relay = proved(tmp_path)
    assert "something other than the test picture" in legs[-1].sentence
    assert not relay.pictures


def test_without_a_relay_the_first_leg_says_so(tmp_path: Path) -> None:
    (leg,), _ = proved(tmp_path, choice=NO_RELAY)
    assert (leg.ok, "No relay is set up." in leg.sentence) == (False, True)


def test_a_refused_token_is_told_in_the_relays_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def init(self: ScriptedRelay, clock: Clock) -> None:
        original(self, clock)
        self.trouble = PublishingFailed("The relay does not accept this token.")

    original = ScriptedRelay.__init__
    monkeypatch.setattr(ScriptedRelay, "__init__", init)
    (leg,), _ = proved(tmp_path)
    assert "does not accept this token" in leg.sentence


def test_a_picture_that_cannot_be_taken_back_ends_by_itself_and_spoils_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def withdraw(_self: ScriptedRelay, _handle: str) -> None:
        raise ConnectionFailed

    monkeypatch.setattr(ScriptedRelay, "withdraw", withdraw)
    legs, _ = proved(tmp_path)
    assert all(leg.ok for leg in legs)


def test_the_test_picture_is_one() -> None:
    with Image.open(io.BytesIO(PIXEL.content)) as picture:
        picture.load()
        assert (picture.size, picture.get_format_mimetype()) == ((1, 1), PIXEL.media_type)
