"""Versions of a draft: pauses keep them, age thins them out, and what was sent or named stays for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.draft import Draft
from sora_studio.domain.intent import Intent
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.version import VersionKind
from sora_studio.storage.salvage import salvage
from sora_studio.storage.version_history import SqliteVersions
from tests.unit.storage.test_history import Shelf

AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


class Desk(Shelf):
    """A shelf whose clock is turned by hand."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.versions = SqliteVersions(self.database)
        self.now = AT
        self.draft = Draft(0, GenerationRequest("sora-2", ""))

    def write(self, text: str, *, after: timedelta = timedelta(seconds=1)) -> None:
        self.now += after
        self.draft = self.run(
            self.drafts.save(Draft(self.draft.id, GenerationRequest("sora-2", text, {"duration": 10})), at=self.now)
        )

    def texts(self) -> list[str]:
        entries = self.run(self.versions.listed(self.draft.id))
        return [f"{entry.version.kind} {entry.version.request.prompt}" for entry in entries]

    def number(self, text: str) -> int:
        entries = self.run(self.versions.listed(self.draft.id))
        return next(entry.version.id for entry in entries if entry.version.request.prompt == text)

    def found(self, word: str) -> int:
        query = "SELECT count(*) FROM version_words WHERE version_words MATCH ?"
        return self.run(self.database.read(lambda connection: connection.execute(query, (word,)).fetchone()[0]))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "studio.db")
    yield made
    made.close()


PAUSE = timedelta(minutes=2)


def text(number: int) -> str:
    return f"{number}: {'ab' * 10} {number}"


def test_a_pause_and_a_great_change_keep_the_text_from_before(desk: Desk) -> None:
    desk.write("A pier at golden hour")
    desk.write("A pier at golden hour, mist")
    assert desk.texts() == []
    desk.write("A pier at golden hour, mist,", after=PAUSE)
    assert desk.texts() == ["autosave A pier at golden hour, mist"]
    desk.write("x" * 300)
    desk.write("x" * 301)
    assert desk.texts() == ["autosave A pier at golden hour, mist,", "autosave A pier at golden hour, mist"]
    kept = desk.run(desk.versions.listed(desk.draft.id))[0].version
    assert (kept.request.options, kept.created_at) == ({"duration": 10}, AT + timedelta(seconds=2) + PAUSE)
    assert desk.found("pier") == 0, "only what was sent is searched"


def test_ageing_leaves_what_was_sent_or_named(desk: Desk) -> None:
    desk.write(text(1))
    task = desk.waiting(text(1), Intent(document=desk.draft.id))
    for number in range(2, 200):
        desk.write(text(number), after=timedelta(minutes=3))
    desk.write("end", after=PAUSE)
    desk.run(desk.versions.name(desk.number(text(199)), " Before  the rewrite "))
    assert len(desk.texts()) > 60
    desk.run(desk.versions.thin(desk.now + timedelta(days=40)))
    assert desk.texts() == [f"named {text(199)}", f"autosave {text(198)}", f"autosave {text(119)}", f"sent {text(1)}"]
    assert desk.task(task).request.prompt == text(1)


def test_an_autosave_that_is_sent_is_found_and_never_thinned(desk: Desk) -> None:
    desk.write("A pier at golden hour")
    desk.run(desk.versions.keep(desk.draft.id))
    task = desk.waiting("A pier at golden hour", Intent(document=desk.draft.id))
    assert desk.texts() == ["sent A pier at golden hour"]
    assert desk.found("pier") == 1
    (entry,) = desk.run(desk.versions.listed(desk.draft.id))
    assert [take.task for take in entry.takes] == [task]


def test_a_name_outlives_the_tasks_and_can_be_taken_away(desk: Desk) -> None:
    desk.write("A pier at golden hour")
    task = desk.waiting("A pier at golden hour", Intent(document=desk.draft.id))
    number = desk.number("A pier at golden hour")
    assert desk.run(desk.versions.name(number, "Opening")) == ""
    assert desk.texts() == ["sent A pier at golden hour"]
    desk.run(desk.history.trash([ClipRef(task)], at=AT))
    desk.run(desk.trash.purge([task], at=AT))
    assert desk.texts() == ["named A pier at golden hour"]
    assert desk.found("pier") == 0
    assert desk.run(desk.versions.name(number, "")) == "Opening"
    assert desk.texts() == ["autosave A pier at golden hour"]


def test_restoring_keeps_what_is_written_and_makes_a_new_version(desk: Desk) -> None:
    desk.write("A pier at golden hour")
    desk.run(desk.versions.keep(desk.draft.id))
    desk.write("A bridge in the rain")
    restored = desk.run(desk.versions.restore(desk.draft.id, desk.number("A pier at golden hour"), at=desk.now))
    assert restored is not None
    assert restored.request.prompt == "A pier at golden hour"
    desk.write("A pier at golden hour", after=PAUSE)
    texts = ["A pier at golden hour", "A bridge in the rain", "A pier at golden hour"]
    assert desk.texts() == [f"autosave {text}" for text in texts]
    assert desk.run(desk.versions.restore(desk.draft.id + 1, restored.id, at=desk.now)) is None


def test_the_steps_of_undo_are_the_last_texts_oldest_first(desk: Desk) -> None:
    for number in range(30):
        desk.write(text(number), after=timedelta(minutes=3))
    texts = desk.run(desk.versions.recent_texts(desk.draft.id, since=AT, most=20))
    assert texts == [text(number) for number in range(9, 29)]
    assert desk.run(desk.versions.recent_texts(desk.draft.id, since=desk.now + PAUSE, most=20)) == []


def test_an_empty_draft_that_has_a_past_is_not_discarded(desk: Desk) -> None:
    desk.write("x" * 300)
    desk.write("")
    desk.run(desk.drafts.discard(desk.draft.id))
    assert desk.run(desk.drafts.get(desk.draft.id)) is not None
    desk.run(desk.drafts.discard(desk.draft.id, with_autosaves=True))
    assert desk.run(desk.drafts.get(desk.draft.id)) is None
    assert desk.texts() == []


def test_versions_are_salvaged_and_only_those_that_were_sent_are_searched(desk: Desk, tmp_path: Path) -> None:
    desk.write("A pier at golden hour")
    desk.write("A bridge in the rain", after=PAUSE)
    desk.waiting("A bridge in the rain", Intent(document=desk.draft.id))
    desk.run(desk.versions.name(desk.number("A pier at golden hour"), "Opening"))
    before = desk.run(desk.versions.listed(desk.draft.id))
    desk.run(desk.database.close())
    salvage(tmp_path / "studio.db", None, tmp_path / "new.db")
    (tmp_path / "new.db").replace(tmp_path / "studio.db")
    desk.run(desk.database.open())
    assert desk.run(desk.versions.listed(desk.draft.id)) == before
    assert (desk.found("bridge"), desk.found("pier")) == (1, 0)
    assert {entry.version.kind for entry in before} == {VersionKind.SENT, VersionKind.NAMED}
