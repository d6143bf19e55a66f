"""The status line's words."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.money import DaySpend
from sora_studio.services.polling.tracking import TrackingSnapshot
from sora_studio.viewmodels.window.status import StatusFacts, StatusModel

if TYPE_CHECKING:
    from sora_studio.viewmodels.window.status import StatusServices


def texts(facts: StatusFacts) -> tuple[str, ...]:
    return tuple(phrase.text for phrase in facts.phrases)


def test_nothing_is_claimed_before_it_is_known() -> None:
    facts = StatusFacts()
    assert (facts.connection_phrase, facts.phrases, facts.balance_phrase) == ("Starting", (), "")


def test_an_update_of_the_history_is_told_until_it_is_over() -> None:
    assert StatusFacts(updated=0.409).connection_phrase == "Updating your history… 40 %"
    assert StatusFacts(updated=1.0).connection_phrase == "Starting"
    assert StatusFacts(updated=0.9, online=True).connection_phrase == "Connected"


def test_the_whole_line_reads_as_drawn() -> None:
    facts = StatusFacts(
        online=True,
        running=3,
        waiting=1200,
        requests_last_minute=18,
        clips=ClipCounts(214),
        free_bytes=38_400_000_000,
        balance_usd=1074.5,
    )
    assert facts.connection_phrase == "Connected"
    assert texts(facts) == ("3 running, 1,200 waiting", "18 requests/min", "All 214 clips safe on disk", "38 GB free")
    assert facts.balance_phrase == "$1,074.50"


def test_what_callbacks_spared_is_counted_once_there_is_something_to_count() -> None:
    assert "saved" not in " ".join(texts(StatusFacts(running=0)))
    assert texts(StatusFacts(running=0, polls_saved=1))[2] == "1 poll saved"
    assert texts(StatusFacts(running=0, polls_saved=1212))[2] == "1,212 polls saved"


def test_a_relay_that_is_down_is_said_with_what_happens_instead_and_an_icon() -> None:
    phrase = StatusFacts(running=1, relay_is_down=True).phrases[2]
    assert (phrase.text, phrase.icon) == ("Relay offline, polling the service", "cloud-off")


@pytest.mark.parametrize(("count", "words"), [(1, "1 needs review"), (2, "2 need review"), (1200, "1,200 need review")])
def test_what_needs_review_is_counted_for_itself(count: int, words: str) -> None:
    assert texts(StatusFacts(review=count, running=0))[:2] == (words, "0 running, 0 waiting")


def test_no_two_phrases_weigh_the_same() -> None:
    everything = StatusFacts(review=1, running=1, polls_saved=2, relay_is_down=True, clips=ClipCounts(1), free_bytes=1)
    weights = [phrase.weight for phrase in everything.phrases]
    assert len(set(weights)) == len(weights) == 7


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (StatusFacts(online=False), "Offline"),
        (StatusFacts(online=True, has_key=False), "No key"),
        (StatusFacts(online=True, is_owner=False), "Connected · another window is sending"),
        (StatusFacts(online=False, has_key=False, is_owner=False), "Offline"),
        (StatusFacts(online=True, has_answered=False), "Connecting…"),
        (StatusFacts(online=True, has_answered=False, key_refused=True), "Key refused"),
        (StatusFacts(online=False, has_answered=False), "Offline"),
    ],
)
def test_the_connection_says_what_matters_most(facts: StatusFacts, words: str) -> None:
    assert facts.connection_phrase == words


def test_offline_says_when_it_is_tried_again() -> None:
    at = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
    assert StatusFacts(online=False, retry_at=at).connection_phrase == f"Offline, next try at {at.astimezone():%H:%M:%S}"


@pytest.mark.parametrize(
    ("clips", "words"),
    [
        (ClipCounts(), "No clips yet"),
        (ClipCounts(1), "1 clip safe on disk"),
        (ClipCounts(1214), "All 1,214 clips safe on disk"),
        (ClipCounts(212, 2), "2 of 214 clips not on disk"),
        (ClipCounts(0, 1), "1 of 1 clip not on disk"),
        (ClipCounts(to_save=1), "1 clip to save"),
        (ClipCounts(1, to_save=1), "1 clip safe on disk, 1 clip to save"),
        (ClipCounts(3, 1, to_save=2), "1 of 4 clips not on disk, 2 clips to save"),
    ],
)
def test_all_are_only_said_to_be_safe_when_they_are(clips: ClipCounts, words: str) -> None:
    assert texts(StatusFacts(clips=clips)) == (words,)


@pytest.mark.parametrize(
    ("free_bytes", "words"),
    [(740_000_000, "740 MB free"), (9_460_000_000, "9.5 GB free"), (10**13, "10 TB free")],
)
def test_free_space_is_said_in_the_unit_that_fits(free_bytes: int, words: str) -> None:
    assert texts(StatusFacts(free_bytes=free_bytes)) == (words,)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (None, ""),
        (DaySpend(), ""),
        (DaySpend(0.0, 3), ""),
        (DaySpend(6.5), "$6.50"),
        (DaySpend(6.5, 3), "at least $6.50"),
        (DaySpend(6.5, estimated=1), "≈ $6.50"),
        (DaySpend(6.5, 3, estimated=1), "at least ≈ $6.50"),
    ],
)
def test_today_is_told_when_anything_of_it_is_known(today: DaySpend | None, words: str) -> None:
    facts = StatusFacts(today=today)
    assert facts.today_phrase == words
    if today and today.unpriced:
        assert "3 tasks" in facts.today_explained


class SilentDisk:
    """A studio whose clips' disk answers only once the test says so."""

    def __init__(self) -> None:
        self.library = self.tracking = self.credentials = self.file_presence = self
        self.requests = 0
        self.asked = 0
        self.answers = asyncio.Event()

    has_key = True

    is_known = True

    async def free_bytes(self) -> int:
        self.asked += 1
        await self.answers.wait()
        return 38_400_000_000

    def snapshot(self) -> TrackingSnapshot:
        return TrackingSnapshot(
            running=0, waiting=0, requests_last_minute=self.requests, online=True, is_owner=True, polls_saved=0
        )


def test_a_silent_disk_holds_up_no_other_figure_and_is_asked_one_question() -> None:
    async def main() -> None:
        model, studio = StatusModel(), SilentDisk()
        model._services = cast("StatusServices", studio)
        first = asyncio.create_task(model.refresh())
        for requests in range(1, 31):
            studio.requests = requests
            await model.refresh() if studio.asked else await asyncio.sleep(0)
        assert (model.facts.requests_last_minute, model.facts.free_bytes, studio.asked) == (30, None, 1)
        studio.answers.set()
        await first
        assert texts(model.facts)[-1] == "38 GB free"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("running", "words"),
    [
        (0, "Paused · nothing new is sent"),
        (1, "Paused · 1 already running is still followed"),
        (5, "Paused · 5 already running are still followed"),
    ],
)
def test_a_pause_comes_first_and_says_what_goes_on(running: int, words: str) -> None:
    facts = StatusFacts(online=True, is_paused=True, running=running, waiting=8)
    most_important = max(facts.phrases, key=lambda phrase: phrase.weight)
    assert (most_important.text, most_important.icon) == (words, "pause")
    assert "8 waiting" in [phrase.text for phrase in facts.phrases]
