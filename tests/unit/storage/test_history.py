"""Judgements, hiding and trash are one transaction each, can be taken back whole, and purging is for good."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.decision import Decision, Fate, JudgedClip
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.project import Project, SavedSearch
from sora_studio.domain.query import parse
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.history import Former, SqliteHistory
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.library_tiles import CLIPS, SqliteTiles
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.storage.trash import SqliteTrash

T = TypeVar("T")
AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


class Shelf:
    """A database with what this file is about, and one loop to use it on."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.tasks = SqliteTasks(self.database)
        self.history = SqliteHistory(self.database)
        self.trash = SqliteTrash(self.database)
        self.projects = SqliteProjects(self.database)
        self.drafts = SqliteDrafts(self.database)
        self._runner = asyncio.Runner()
        self.run(self.database.open())

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self.database.close())
        self._runner.close()

    def saved(self, prompt: str, *, clips: int = 1) -> int:
        """A task with clips on disk."""
        task = self.waiting(prompt)
        self.run(self.tasks.transition(task, TaskState.SENDING, sent_at=AT))
        self.run(self.tasks.transition(task, TaskState.PENDING, task_id=f"remote-{task}", accepted_at=AT))
        urls = [f"https://cdn.example/{task}-{number}.mp4" for number in range(clips)]
        self.run(self.tasks.succeed(task, urls, completed_at=AT, expires_at=AT + timedelta(days=15)))
        for clip in self.task(task).clips:
            self.run(self.tasks.transition_clip(clip.id, ClipState.DOWNLOADING))
            self.run(self.tasks.transition_clip(clip.id, ClipState.SAVED, path=Path(f"/clips/{clip.id}.mp4")))
        return task

    def waiting(self, prompt: str, intent: Intent = NO_INTENT) -> int:
        (task,) = self.run(self.tasks.add([GenerationRequest("sora-2", prompt)], gateway="g", at=AT, intents=[intent]))
        return task.id

    def task(self, task: int) -> Task:
        found = self.run(self.tasks.get(task))
        assert found is not None
        return found

    def listed(self, search: str = "") -> list[int]:
        index = LibraryQueries(self.database).index(parse(search), now=AT, today=AT.date(), with_clips=False)
        return list(self.run(index).ids)

    def judge(self, task: int, judgement: Judgement, *, clip: int | None = None) -> Former:
        return self.run(self.history.judge([ClipRef(task, clip)], judgement))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "studio.db")
    yield made
    made.close()


def test_a_judgement_is_kept_found_and_taken_back(shelf: Shelf) -> None:
    project = shelf.run(shelf.projects.save(Project(0, "Rain Film"), at=AT))
    task = shelf.saved("A pier")
    before = shelf.task(task)
    judgement = Judgement(4, Verdict.KEPT, tags=("Rain", " night  shot "), note="the rope is good", project=project.id)
    former = shelf.judge(task, judgement)
    judged = shelf.task(task)
    assert (judged.stars, judged.verdict, judged.tags, judged.note, judged.project) == (
        *(4, Verdict.KEPT, ("night shot", "Rain"), "the rope is good", project.id),
    )
    assert judged.revision > before.revision
    assert shelf.listed("rope") == shelf.listed("NIGHT rain") == [task]
    after = shelf.run(shelf.history.put_back(former))
    back = shelf.task(task)
    assert (back.stars, back.verdict, back.tags, back.note, back.project) == (0, None, (), "", None)
    assert shelf.listed("rope") == []
    shelf.run(shelf.history.put_back(after))
    assert shelf.task(task).tags == ("night shot", "Rain")
    assert shelf.listed("rope") == [task]


def test_an_added_note_stands_below_the_one_that_is_there(shelf: Shelf) -> None:
    noted, other = shelf.saved("A pier", clips=2), shelf.saved("A bridge")
    shelf.judge(noted, Judgement(note="wet"))
    former = shelf.run(shelf.history.judge([ClipRef(noted), ClipRef(other)], Judgement(added_note=" for the trailer ")))
    assert [shelf.task(task).note for task in (noted, other)] == ["wet\nfor the trailer", "for the trailer"]
    assert {clip.note for clip in shelf.task(noted).clips} == {"wet\nfor the trailer"}
    assert sorted(shelf.listed("trailer")) == [noted, other]
    shelf.run(shelf.history.put_back(former))
    assert [shelf.task(task).note for task in (noted, other)] == ["wet", ""]


def test_of_two_clips_each_has_its_own_and_the_task_the_best(shelf: Shelf) -> None:
    task = shelf.saved("A pier", clips=2)
    shelf.judge(task, Judgement(stars=2, verdict=Verdict.REJECTED), clip=0)
    assert (shelf.task(task).stars, shelf.task(task).verdict) == (2, None)
    shelf.judge(task, Judgement(stars=5, verdict=Verdict.REJECTED, tags=("close",)), clip=1)
    assert [clip.stars for clip in shelf.task(task).clips] == [2, 5]
    assert (shelf.task(task).stars, shelf.task(task).verdict, shelf.task(task).tags) == (5, Verdict.REJECTED, ("close",))
    shelf.judge(task, Judgement(verdict=Verdict.KEPT), clip=1)
    assert shelf.task(task).verdict is Verdict.KEPT
    shelf.judge(task, Judgement(stars=1, clears_verdict=True, untags=("CLOSE",)))
    assert [(clip.stars, clip.verdict) for clip in shelf.task(task).clips] == [(1, None), (1, None)]
    assert shelf.task(task).tags == ()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\tb\x07"])
def test_a_tag_without_a_usable_name_changes_nothing(shelf: Shelf, name: str) -> None:
    task = shelf.saved("A pier")
    with pytest.raises(InvalidSetting):
        shelf.judge(task, Judgement(stars=3, tags=(name,)))
    assert shelf.task(task).stars == 0


def test_trash_takes_what_is_over_and_hides_what_runs(shelf: Shelf) -> None:
    ready, waiting, running, sending = shelf.saved("ready"), *(shelf.waiting(name) for name in ("waiting", "running", "sent"))
    for task in (running, sending):
        shelf.run(shelf.tasks.transition(task, TaskState.SENDING, sent_at=AT))
    shelf.run(shelf.tasks.transition(running, TaskState.PENDING, task_id="remote", accepted_at=AT))
    refs = [ClipRef(task) for task in (ready, waiting, running, sending)]
    former = shelf.run(shelf.history.trash(refs, at=AT))
    assert [shelf.task(task).trashed_at for task in (ready, waiting, running)] == [AT, AT, None]
    assert shelf.task(running).removed_at == AT
    assert shelf.listed() == [sending]
    assert shelf.run(shelf.trash.in_trash(until=AT)) == [ready, waiting]
    assert shelf.run(shelf.trash.in_trash(until=AT - timedelta(seconds=1))) == []
    shelf.run(shelf.history.put_back(former))
    assert shelf.listed() == [sending, running, waiting, ready]


def test_a_task_is_in_the_trash_when_all_its_clips_are(shelf: Shelf) -> None:
    task = shelf.saved("A pier", clips=2)
    shelf.run(shelf.history.trash([ClipRef(task, 0)], at=AT))
    assert shelf.task(task).trashed_at is None
    assert shelf.task(task).clips[0].trashed_at == AT
    shelf.run(shelf.history.trash([ClipRef(task, 1)], at=AT))
    assert shelf.task(task).trashed_at == AT
    shelf.run(shelf.history.restore([ClipRef(task, 1)]))
    assert shelf.listed() == [task]
    assert [clip.trashed_at for clip in shelf.task(task).clips] == [AT, None]


def test_purged_is_gone_with_its_text_and_its_number_is_not_given_again(shelf: Shelf) -> None:
    take, other = shelf.saved("A pier"), shelf.saved("A pier")
    alone, kept = shelf.saved("Only once"), shelf.saved("Not in the trash")
    shelf.judge(take, Judgement(tags=("rain",), note="wet"))
    shelf.run(shelf.history.trash([ClipRef(task) for task in (take, alone)], at=AT))
    purged = shelf.run(shelf.trash.purge([take, alone, kept], at=AT))
    assert list(purged.tasks) == [take, alone]
    assert len(purged.files) == 2
    assert shelf.listed() == [kept, other]
    assert shelf.listed("pier") == [other]
    assert shelf.task(other).request.prompt == "A pier"
    assert shelf.waiting("new") == kept + 1

    def count(query: str) -> int:
        return shelf.run(shelf.database.read(lambda connection: connection.execute(query).fetchone()[0]))

    assert count("SELECT count(*) FROM versions WHERE text = 'Only once'") == 0
    assert count("SELECT count(*) FROM tombstones") == 2
    assert count("SELECT count(*) FROM pragma_foreign_key_check") == 0


def test_a_text_is_one_version_until_it_changes(shelf: Shelf) -> None:
    draft = shelf.run(shelf.drafts.save(Draft(0, GenerationRequest("sora-2", "one")), at=AT))
    intent = Intent(document=draft.id)
    first, second = shelf.waiting("one", intent), shelf.waiting("one", intent)
    changed, back = shelf.waiting("two", intent), shelf.waiting("one", intent)
    elsewhere = shelf.waiting("one")
    versions = [shelf.task(task).version for task in (first, second, changed, back, elsewhere)]
    assert versions[0] == versions[1]
    assert len({*versions[1:4]}) == 3, "a text that comes back is a new version of its document"
    assert versions[4] == versions[3], "what comes from elsewhere joins the newest version with the same text"
    assert {shelf.task(task).document for task in (first, changed, back)} == {draft.id}


def test_a_project_has_a_name_of_its_own(shelf: Shelf) -> None:
    rain = shelf.run(shelf.projects.save(Project(0, " Rain  Film ", Path("/clips/rain"), "sora-2", {"duration": 15}), at=AT))
    assert shelf.run(shelf.projects.all()) == [rain]
    assert rain.name == "Rain Film"
    assert shelf.run(shelf.projects.named("RAIN film")) == rain
    for name in ("rain film", "", "x" * 81):
        with pytest.raises(InvalidSetting):
            shelf.run(shelf.projects.save(Project(0, name), at=AT))
    shelf.run(shelf.projects.remove(rain.id, at=AT))
    assert shelf.run(shelf.projects.all()) == []
    shelf.run(shelf.projects.bring_back(rain.id))
    assert shelf.run(shelf.projects.all()) == [rain]


def test_saved_searches_keep_their_order(shelf: Shelf) -> None:
    best = shelf.run(shelf.projects.save_search(SavedSearch(0, "Best rain", "rain stars:>=4")))
    tall = shelf.run(shelf.projects.save_search(SavedSearch(0, "Portrait", "shape:portrait")))
    shelf.run(shelf.projects.save_search(SavedSearch(best.id, "Best", "rain stars:5")))
    assert shelf.run(shelf.projects.searches()) == [SavedSearch(best.id, "Best", "rain stars:5"), tall]
    shelf.run(shelf.projects.remove_search(best.id))
    assert shelf.run(shelf.projects.searches()) == [tall]


def test_the_decisions_of_a_session_are_one_step_that_is_taken_back_whole(shelf: Shelf) -> None:
    kept, two, thrown = shelf.saved("kept"), shelf.saved("two", clips=2), shelf.saved("thrown")
    shelf.judge(two, Judgement(stars=2, verdict=Verdict.KEPT))
    before = [shelf.task(task) for task in (kept, two, thrown)]
    former = shelf.run(
        shelf.history.decide(
            [
                Decision(ClipRef(kept, 0), Fate.KEEP, 5),
                Decision(ClipRef(two, 0), Fate.REJECT),
                Decision(ClipRef(two, 1), Fate.TRASH),
                Decision(ClipRef(thrown, 0), Fate.TRASH),
                Decision(ClipRef(999, 0), Fate.KEEP),
            ],
            at=AT,
        )
    )
    first, pair, last = (shelf.task(task) for task in (kept, two, thrown))
    assert (first.verdict, first.stars) == (Verdict.KEPT, 5)
    assert [(clip.verdict, clip.trashed_at) for clip in pair.clips] == [(Verdict.REJECTED, None), (Verdict.KEPT, AT)]
    assert (pair.trashed_at, last.trashed_at) == (None, AT)
    shelf.run(shelf.history.put_back(former))
    after = [shelf.task(task) for task in (kept, two, thrown)]
    assert [replace(task, revision=0) for task in after] == [replace(task, revision=0) for task in before]


def test_a_decision_that_fails_leaves_all_others_undone(shelf: Shelf) -> None:
    task = shelf.saved("kept")
    with pytest.raises(OverflowError):
        shelf.run(shelf.history.decide([Decision(ClipRef(task, 0), Fate.KEEP), Decision(ClipRef(task, 1 << 70))], at=AT))
    assert shelf.task(task).verdict is None


def test_clips_for_a_session_come_in_order_through_the_index(shelf: Shelf) -> None:
    one, two = shelf.saved("one"), shelf.saved("two", clips=2)
    shelf.run(shelf.history.decide([Decision(ClipRef(two, 1), Fate.KEEP, 3), Decision(ClipRef(one, 0), Fate.TRASH)], at=AT))
    waiting = shelf.waiting("waiting")
    found = shelf.run(SqliteTiles(shelf.database).clips_of([two, waiting, one, 999]))
    assert found == [
        JudgedClip(ClipRef(two, 0)),
        JudgedClip(ClipRef(two, 1), 3, Verdict.KEPT),
        JudgedClip(ClipRef(one, 0), is_trashed=True),
    ]
    plan = shelf.run(shelf.database.read(lambda connection: list(connection.execute(f"EXPLAIN QUERY PLAN {CLIPS}", ("[]",)))))
    assert any("SEARCH clips USING INDEX sqlite_autoindex_clips_1 (task=?)" in row["detail"] for row in plan)
    assert not any(row["detail"].startswith("SCAN clips") for row in plan)
