"""One gate changes a task's state, every change counts up, and lists come in their order without a scan of the history."""

import asyncio
import re
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from sora_studio.domain.clip import CLIP_TRANSITIONS, ClipState, FilmFacts
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TRANSITIONS, Phase, TaskSection, TaskState
from sora_studio.storage import changes, rows, task_snapshots, tasks, waiting
from sora_studio.storage.database import Database
from sora_studio.storage.search import from_where
from sora_studio.storage.tasks import SqliteTasks

EVERYTHING = TaskFilter()


def force(store, task: int, state: TaskState) -> None:
    """Put a task where a test needs it, past the gate."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE tasks SET state = ? WHERE id = ?", (state, task))
        touch(connection, task)

    store.run(store.database.write(work))


def force_clip(store, clip: int, state: ClipState) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE clips SET state = ? WHERE id = ?", (state, clip))
        touch(connection, connection.execute("SELECT task FROM clips WHERE id = ?", (clip,)).fetchone()[0])

    store.run(store.database.write(work))


def touch(connection: sqlite3.Connection, task: int) -> None:
    connection.execute(changes.COUNT_UP)
    connection.execute(changes.TOUCH_TASK, (task,))


def pending(store, prompt: str = "A cat") -> int:
    (task,) = store.add(prompt)
    store.run(store.tasks.transition(task.id, TaskState.SENDING))
    store.run(store.tasks.transition(task.id, TaskState.PENDING, task_id=f"Task_{task.id:08}"))
    return task.id


def succeeded(store, at: datetime, *urls: str, prompt: str = "A cat") -> int:
    task = pending(store, prompt)
    assert store.run(store.tasks.succeed(task, urls or ("https://a/1",), completed_at=at, expires_at=at))
    return task


def test_takes_are_counted_and_in_order(store, at: datetime, gateway: str) -> None:
    request = GenerationRequest("sora-2", "A cat", {"duration": 10}, "auto", media=first_pictures("https://a/b.png"))
    made = store.run(store.tasks.add([request], gateway=gateway, at=at, takes=3))
    assert [(task.take, task.takes) for task in made] == [(1, 3), (2, 3), (3, 3)]
    assert sorted(task.id for task in made) == [task.id for task in made]
    assert all(task.state is TaskState.WAITING and task.request == request and task.created_at == at for task in made)
    assert store.run(store.tasks.get_many([made[2].id, 999, made[0].id])) == [made[2], made[0]]
    assert store.run(store.tasks.get(999)) is None


def test_a_batch_of_which_one_cannot_be_written_is_not_added(store, at: datetime, gateway: str) -> None:
    good = GenerationRequest("sora-2", "A cat")
    for bad in (replace(good, options={"seed": object()}), replace(good, model=object())):
        with pytest.raises(TypeError):
            store.run(store.tasks.add([good, replace(good, prompt="A dog"), bad], gateway=gateway, at=at))
    assert store.run(store.tasks.find(TaskFilter(removed=True), limit=10)) == []


def test_what_was_added_is_there_after_a_restart(store, at: datetime, tmp_path: Path) -> None:
    task = succeeded(store, at, "https://a/1", "https://a/2")
    before = store.get(task)
    store.run(store.database.close())
    again = Database(tmp_path / "studio.db")
    store.run(again.open())
    assert store.run(SqliteTasks(again).get(task)) == before
    store.run(again.close())


@pytest.mark.parametrize(("start", "end"), list(product(TaskState, TaskState)))
def test_the_gate_follows_the_table(store, start: TaskState, end: TaskState) -> None:
    (task,) = store.add("A cat")
    force(store, task.id, start)
    before = store.get(task.id)
    moved = store.run(store.tasks.transition(task.id, end, trouble="x"))
    after = store.get(task.id)
    assert moved == (end in TRANSITIONS[start])
    if moved:
        assert (after.state, after.trouble) == (end, "x")
        assert after.revision > before.revision
    else:
        assert after == before


@pytest.mark.parametrize(("start", "end"), list(product(ClipState, ClipState)))
def test_the_clips_gate_follows_its_table(store, at: datetime, start: ClipState, end: ClipState) -> None:
    task = succeeded(store, at)
    (clip,) = store.get(task).clips
    force_clip(store, clip.id, start)
    before = store.get(task)
    moved = store.run(store.tasks.transition_clip(clip.id, end, size_bytes=7))
    after = store.get(task)
    assert moved == (end in CLIP_TRANSITIONS[start])
    if moved:
        assert (after.clips[0].state, after.clips[0].size_bytes) == (end, 7)
        assert after.revision > before.revision
        assert (section_of(store, task)) == TaskSection(tasks.SECTIONS[after.phase])
    else:
        assert after == before


def section_of(store, task: int) -> TaskSection:
    return {each: section for section, each in store.run(store.tasks.index(EVERYTHING))}[task]


def test_of_many_who_race_exactly_one_wins(store, tmp_path: Path) -> None:
    task = pending(store)

    async def race() -> list[bool]:
        other = Database(tmp_path / "studio.db")
        await other.open()
        theirs = SqliteTasks(other)
        wins = await asyncio.gather(
            *(
                each.transition(task, TaskState.FAILED, fail_code=str(number))
                for number, each in enumerate([store.tasks, theirs] * 10)
            )
        )
        await other.close()
        return wins

    assert sum(store.run(race())) == 1


def test_a_task_that_is_not_there_does_not_change(store) -> None:
    assert not store.run(store.tasks.transition(1, TaskState.SENDING))
    assert not store.run(store.tasks.record(1, polls=1))
    assert not store.run(store.tasks.transition_clip(1, ClipState.DOWNLOADING))
    assert not store.run(store.tasks.record_clip(1, size_bytes=1))


def test_recording_tells_whether_anything_differs(store, at: datetime) -> None:
    task = pending(store)
    first = store.get(task).revision
    assert store.run(store.tasks.record(task, polls=3, next_poll_at=at, trouble=None))
    assert not store.run(store.tasks.record(task, polls=3, next_poll_at=at))
    assert not store.run(store.tasks.record(task))
    assert store.run(store.tasks.record(task, next_poll_at=None))
    kept = store.get(task)
    assert (kept.polls, kept.next_poll_at, kept.revision) == (3, None, first + 2)


def test_success_brings_a_clip_for_each_link_at_once(store, at: datetime, later: datetime) -> None:
    task = pending(store)
    store.run(store.tasks.record(task, next_poll_at=at, trouble="slow", misses=2))
    assert store.run(store.tasks.succeed(task, ["https://a/1", "https://a/2"], completed_at=at, expires_at=later))
    done = store.get(task)
    assert (done.state, done.phase, done.completed_at) == (TaskState.SUCCESS, Phase.UNSAVED, at)
    assert (done.next_poll_at, done.trouble, done.misses) == (None, None, 0)
    assert [(clip.index, clip.url, clip.state, clip.expires_at) for clip in done.clips] == [
        (0, "https://a/1", ClipState.REMOTE, later),
        (1, "https://a/2", ClipState.REMOTE, later),
    ]
    assert not store.run(store.tasks.succeed(task, ["https://a/3"], completed_at=at, expires_at=later))
    assert store.get(task) == done


def test_a_clips_facts_are_kept(store, at: datetime) -> None:
    task = succeeded(store, at)
    (clip,) = store.get(task).clips
    film = FilmFacts(1280, 720, 10.04, has_audio=True)
    store.run(store.tasks.transition_clip(clip.id, ClipState.DOWNLOADING))
    store.run(store.tasks.transition_clip(clip.id, ClipState.SAVED, path=Path("/v/a.mp4"), size_bytes=5, film=film))
    (saved,) = store.get(task).clips
    assert (saved.path, saved.size_bytes, saved.film, saved.poster) == (Path("/v/a.mp4"), 5, film, None)
    assert store.run(store.tasks.record_clip(clip.id, film=None, url="https://a/new"))
    (changed,) = store.get(task).clips
    assert (changed.film, changed.url, changed.state) == (None, "https://a/new", ClipState.SAVED)


def test_recovery_takes_up_what_was_cut_off(store, at: datetime) -> None:
    (waiting, sending) = store.add("one", "two")
    store.run(store.tasks.transition(sending.id, TaskState.SENDING))
    done = succeeded(store, at, "https://a/1", "https://a/2")
    for clip in store.get(done).clips:
        store.run(store.tasks.transition_clip(clip.id, ClipState.DOWNLOADING))
    assert store.run(store.tasks.recover()) == [sending.id, done]
    assert store.get(waiting.id) == waiting
    assert store.get(sending.id).state is TaskState.UNKNOWN
    assert {clip.state for clip in store.get(done).clips} == {ClipState.REMOTE}
    assert (section_of(store, sending.id), section_of(store, done)) == (TaskSection.REVIEW, TaskSection.RUNNING)
    assert store.run(store.tasks.recover()) == []


@pytest.mark.parametrize("state", TaskState)
def test_unfinished_is_what_still_needs_something(store, gateway: str, state: TaskState) -> None:
    (task,) = store.add("A cat")
    store.add("elsewhere", gateway="https://other.example")
    force(store, task.id, state)
    assert [each.id for each in store.run(store.tasks.unfinished(gateway))] == ([] if state.is_over else [task.id])


def test_unfinished_comes_in_the_order_of_creation_with_removed_ones(store, gateway: str, at: datetime) -> None:
    made = [task.id for task in store.add("a", "b", "c")]
    store.run(store.tasks.record(made[1], removed_at=at))
    assert [task.id for task in store.run(store.tasks.unfinished(gateway))] == made


def test_the_clip_that_expires_first_is_in_front(store, at: datetime, gateway: str) -> None:
    ids = list[int]()
    for hours in (3, 1, 2):
        task = pending(store)
        expires = at + timedelta(hours=hours)
        store.run(store.tasks.succeed(task, [f"https://a/{hours}"], completed_at=at, expires_at=expires))
        ids.append(store.get(task).clips[0].id)
    store.run(store.tasks.transition_clip(ids[2], ClipState.DOWNLOADING))
    assert [clip.url for clip in store.run(store.tasks.unsaved(gateway))] == ["https://a/1", "https://a/3"]
    assert store.run(store.tasks.unsaved("https://other.example")) == []


def test_pages_go_back_in_time(store) -> None:
    made = [task.id for task in store.add(*"abcde")]
    first = store.run(store.tasks.find(EVERYTHING, limit=2))
    second = store.run(store.tasks.find(EVERYTHING, limit=10, before=first[-1].id))
    assert [task.id for task in (*first, *second)] == made[::-1]


def test_the_index_is_the_live_lists_order(store, at: datetime) -> None:
    w1, w2, failed, unclear = (task.id for task in store.add("w1", "w2", "f", "u"))
    force(store, failed, TaskState.FAILED)
    force(store, unclear, TaskState.UNKNOWN)
    r1, r2, ready = pending(store), pending(store), succeeded(store, at)
    (clip,) = store.get(ready).clips
    store.run(store.tasks.transition_clip(clip.id, ClipState.DOWNLOADING))
    store.run(store.tasks.transition_clip(clip.id, ClipState.SAVED))
    gone = pending(store)
    store.run(store.tasks.record(gone, removed_at=at))
    assert store.run(store.tasks.index(EVERYTHING)) == [
        (TaskSection.REVIEW, unclear),
        (TaskSection.RUNNING, r2),
        (TaskSection.RUNNING, r1),
        (TaskSection.WAITING, w1),
        (TaskSection.WAITING, w2),
        (TaskSection.READY, ready),
        (TaskSection.FAILED, failed),
    ]
    assert (TaskSection.RUNNING, gone) in store.run(store.tasks.index(TaskFilter(removed=True)))


def test_waiting_tasks_are_listed_in_the_order_in_which_they_are_sent(store) -> None:
    a, b, c, d = (task.id for task in store.add(*"abcd"))
    assert store.run(store.tasks.move_waiting([d], b)) == [d]
    assert store.run(store.tasks.move_waiting([a], None)) == [a]
    assert [task for _, task in store.run(store.tasks.index(EVERYTHING))] == [d, b, c, a]
    survey = store.run(store.tasks.survey())
    assert [task for _, task in survey.index] == [d, b, c, a]
    assert survey.ranks == {d: store.get(d).rank, a: store.get(a).rank}
    assert (store.get(b).rank, store.get(c).rank) == (b, c)
    (e,) = (task.id for task in store.add("e"))
    assert [task for _, task in store.run(store.tasks.index(EVERYTHING))] == [d, b, c, a, e]
    assert store.run(store.tasks.move_waiting([pending(store), 99], b)) == []


def test_a_held_task_cannot_be_claimed_until_it_is_released(store, at: datetime) -> None:
    (task,) = (task.id for task in store.add("a"))
    running = pending(store)
    assert store.run(store.tasks.hold([task, running, 99], at)) == [task]
    assert store.get(task).held_at == at
    assert not store.run(store.tasks.transition(task, TaskState.SENDING))
    assert store.run(store.tasks.hold([task], None)) == [task]
    assert store.run(store.tasks.transition(task, TaskState.SENDING))
    assert store.run(store.tasks.hold([task], at)) == []


def test_a_held_task_can_be_cancelled(store, at: datetime) -> None:
    (task,) = (task.id for task in store.add("a"))
    store.run(store.tasks.hold([task], at))
    assert store.run(store.tasks.transition(task, TaskState.CANCELLED))


def found(store, **which: object) -> list[str]:
    filter_ = TaskFilter(**which)
    by_find = store.run(store.tasks.find(filter_, limit=100))
    assert sorted(task.id for task in by_find) == sorted(task for _, task in store.run(store.tasks.index(filter_)))
    return [task.request.prompt for task in reversed(by_find)]


def test_filters_narrow_each_other(store, at: datetime, gateway: str) -> None:
    store.add("cat waiting")
    store.add("cat elsewhere", gateway="https://other.example")
    pending(store, "cat pending")
    store.run(store.tasks.record(pending(store, "cat removed"), removed_at=at))
    both = frozenset({TaskState.WAITING, TaskState.PENDING})
    assert found(store, gateway=gateway, states=both) == ["cat waiting", "cat pending"]
    assert found(store, states=frozenset({TaskState.PENDING})) == ["cat pending"]
    assert found(store, states=both) == ["cat waiting", "cat elsewhere", "cat pending"]
    assert found(store, gateway=gateway, removed=True) == ["cat waiting", "cat pending", "cat removed"]


def test_changes_are_told_by_revision_also_to_another_process(store, at: datetime, tmp_path: Path) -> None:
    other = Database(tmp_path / "studio.db")
    store.run(other.open())
    theirs = SqliteTasks(other)
    assert store.run(theirs.changed_since(0)) == (0, [])
    first, second = (task.id for task in store.add("one", "two"))
    revision, ids = store.run(theirs.changed_since(0))
    assert sorted(ids) == [first, second]
    assert store.run(theirs.changed_since(revision)) == (revision, [])
    store.run(store.tasks.transition(first, TaskState.SENDING))
    store.run(store.tasks.record(first, polls=1))
    store.run(store.tasks.record(first, polls=1))
    newest, ids = store.run(theirs.changed_since(revision))
    assert (newest, ids) == (revision + 2, [first])
    assert store.get(first).revision == newest
    store.run(other.close())


def plan(store, query: str, values: list[object]) -> str:
    def explain(connection: sqlite3.Connection) -> str:
        return "; ".join(row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values))

    return store.run(store.database.read(explain))


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (tasks.UNFINISHED, ["g"], "tasks_unfinished"),
        (tasks.UNSAVED, ["g"], "clips_remote"),
        (tasks.SENT_SINCE, ["g", 5], "tasks_by_sending"),
        (tasks.RECENT, ["g", 5, 9], "tasks_by_creation"),
        (tasks.CHANGED_SINCE, [5], "tasks_by_revision"),
        (waiting.MOVED, [], "tasks_unfinished"),
        (tasks.NEWEST_REVISION, [], "SCAN changes"),
        (tasks.HAS_TASK_ID, ["remote-1"], "tasks_by_task_id"),
        (tasks.CLIP_FILES, [5, 100], "INTEGER PRIMARY KEY"),
        (tasks.CLIP_FILES_SINCE, [5], "tasks_by_revision"),
        (tasks.CLIP_FILES_OF, ["[1]"], "INTEGER PRIMARY KEY"),
        (tasks.CUT_OFF_TASKS, [], "tasks_sending"),
        (tasks.CUT_OFF_CLIPS, [], "clips_downloading"),
        (changes.TOUCH_TASK, [1], "sqlite_autoindex_clips_1"),
        (task_snapshots.SELECT_REVISIONS, ["[1]"], "INTEGER PRIMARY KEY"),
        (task_snapshots.SELECT_FACTS, ["[1]"], "INTEGER PRIMARY KEY"),
        (task_snapshots.SELECT_REQUESTS, ["[1]"], "INTEGER PRIMARY KEY"),
        (task_snapshots.SELECT_CLIPS, ["[1]"], "sqlite_autoindex_clips_1"),
    ],
)
def test_frequent_questions_never_scan_the_history(store, query: str, values: list[object], index: str) -> None:
    told = plan(store, query, values)
    assert index in told
    assert "TEMP B-TREE" not in told
    # An index of only the rows in question is read whole; the table, or an index of all of it, never is.
    assert set(re.findall(r"SCAN (?:tasks|clips)[^;]*", told)) <= {
        "SCAN tasks USING INDEX tasks_sending",
        "SCAN tasks USING INDEX tasks_unfinished",
        "SCAN clips USING INDEX clips_remote",
        "SCAN clips USING INDEX clips_downloading",
    }


@pytest.mark.parametrize(
    "which",
    [
        EVERYTHING,
        TaskFilter(removed=True),
        TaskFilter(gateway="g"),
        TaskFilter(states=frozenset({TaskState.FAILED, TaskState.LOST})),
    ],
)
def test_the_index_reads_no_row_of_the_tasks(store, which: TaskFilter) -> None:
    clause, values = from_where(which)
    told = plan(store, f"SELECT phase, id {clause} ORDER BY id DESC", values)
    assert "USING COVERING INDEX tasks_listed" in told
    assert "TEMP B-TREE" not in told


# --- what changed, and what is read again ----------------------------------------------------------------------------


def test_the_phase_in_sql_is_the_phase_of_the_domain(store) -> None:
    (task,) = (task.id for task in store.add("A cat"))
    for state in TaskState:
        force(store, task, state)
        assert phase_in_sql(store, task) == store.get(task).phase
    store.run(store.database.write(lambda c: changes.add_clips(c, task, ["a", "b", "c"], 5)))
    force(store, task, TaskState.SUCCESS)
    first, second, third = (clip.id for clip in store.get(task).clips)
    for states in product(ClipState, repeat=3):
        for clip, state in zip((first, second, third), states, strict=True):
            force_clip(store, clip, state)
        assert phase_in_sql(store, task) == store.get(task).phase, states


def phase_in_sql(store, task: int) -> Phase:
    def work(connection: sqlite3.Connection) -> str:
        return connection.execute("SELECT phase FROM tasks WHERE id = ?", (task,)).fetchone()[0]

    return Phase(store.run(store.database.read(work)))


def test_the_change_after_the_newest_task_was_deleted_is_seen(store) -> None:
    first, second = (task.id for task in store.add("one", "two"))
    revision, _ = store.run(store.tasks.changed_since(0))

    def delete(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM tasks WHERE id = ?", (second,))

    store.run(store.database.write(delete))
    assert store.run(store.tasks.changed_since(revision)) == (revision, [])
    store.run(store.tasks.record(first, polls=1))
    assert store.run(store.tasks.changed_since(revision)) == (revision + 1, [first])
    assert [task.id for task in store.run(store.tasks.get_many([first, second]))] == [first]


def test_an_unchanged_task_is_the_same_object_and_a_changed_one_is_read_again(store) -> None:
    (task,) = (task.id for task in store.add("A cat"))
    before = store.get(task)
    assert store.get(task) is before
    store.run(store.tasks.record(task, polls=1))
    after = store.get(task)
    assert (after.polls, after.revision) == (1, before.revision + 1)
    assert after.request is before.request, "a request never changes"


def test_what_another_process_writes_is_read(store, tmp_path: Path) -> None:
    (task,) = (task.id for task in store.add("A cat"))
    assert store.get(task).polls == 0
    other = Database(store.database.path)
    store.run(other.open())
    store.run(SqliteTasks(other).record(task, polls=7))
    store.run(other.close())
    assert store.get(task).polls == 7


def test_more_tasks_than_are_kept_are_all_read(store) -> None:
    ids = [task.id for task in store.add(*map(str, range(20)))]
    snapshots = task_snapshots.TaskSnapshots(kept=3)
    for _ in range(2):
        read = store.run(store.database.read(lambda c: snapshots.read(c, ids)))
        assert [task.request.prompt for task in read] == [str(number) for number in range(20)]


def test_the_life_of_a_task_reads_its_prompt_once(store, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = {"tasks": 0, "requests": 0}
    task_from_row, request_of_task = rows.task_from_row, rows.request_of_task

    def count(what: str, work):
        def counted(*row):
            parsed[what] += 1
            return work(*row)

        return counted

    monkeypatch.setattr(task_snapshots, "task_from_row", count("tasks", task_from_row))
    monkeypatch.setattr(task_snapshots, "request_of_task", count("requests", request_of_task))
    task = pending(store)
    parsed.update(tasks=0, requests=0)
    for polls in range(10):
        store.run(store.tasks.record(task, polls=polls + 1))
        for _ in range(3):  # the change watch, the list and the stage
            store.get(task)
    assert parsed == {"tasks": 10, "requests": 1}
