"""Tasks from outside are told apart by what identifies them, and found without reading every text."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.imports import Incoming, Known
from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task, TaskState
from sora_studio.storage.imports import AT_ONCE, CREATED_AT, SqliteImports
from sora_studio.storage.rows import to_sql
from tests.unit.storage.conftest import AT, GATEWAY, Store


def outside(number: int, prompt: str = "A ferry", **facts: object) -> Incoming:
    task = Task(number, TaskState.CANCELLED, GenerationRequest("sora-2", prompt), GATEWAY, AT)
    return Incoming(replace(task, **facts))  # pyright: ignore[reportArgumentType]


def test_shots_that_are_alike_but_for_their_pictures_are_each_one_task(store: Store) -> None:
    imports = SqliteImports(store.database)
    shots = [outside(number) for number in (7, 8, 9)]
    store.run(imports.add(shots, (), (), at=AT))
    assert store.run(imports.known(shots)) == {7: Known(1), 8: Known(2), 9: Known(3)}
    store.run(imports.add(shots, (), (), at=AT))
    assert store.get(3).state is TaskState.CANCELLED
    assert store.run(store.tasks.get(4)) is None


def test_a_service_id_counts_at_its_own_gateway_only(store: Store) -> None:
    imports = SqliteImports(store.database)
    one, two = outside(1, task_id="a"), outside(2, task_id="a", gateway="https://other.example")
    store.run(imports.add([one, two], (), (), at=AT))
    assert store.run(imports.known([one, two, outside(3, task_id="b")])) == {1: Known(1), 2: Known(2)}


def test_texts_that_are_known_get_no_second_version(store: Store) -> None:
    (mine,) = store.add("A ferry")
    store.run(SqliteImports(store.database).add([outside(1, take=2), outside(2, "Another")], (), (), at=AT))
    assert store.get(2).version == mine.version
    assert store.get(3).version != mine.version


def test_a_moment_is_looked_up_by_its_index(store: Store) -> None:
    def plan(connection: sqlite3.Connection) -> str:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {CREATED_AT}", (to_sql(AT), 1))
        return " ".join(row["detail"] for row in rows)

    assert "tasks USING INDEX tasks_by_creation" in str(store.run(store.database.read(plan)))


def test_a_failure_takes_back_what_earlier_transactions_added(store: Store) -> None:
    (mine,) = store.add("A ferry")
    many = [outside(number, f"Text {number % 300}", take=number) for number in range(1, 2 * AT_ONCE)]
    many.append(outside(2 * AT_ONCE, "Bad", gateway=None))
    with pytest.raises(Exception, match="NOT NULL"):
        store.run(SqliteImports(store.database).add(many, (), (), at=AT))

    def counted(connection: sqlite3.Connection) -> list[int]:
        tables = ("tasks", "clips", "versions", "version_words", "documents", "task_words")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    assert store.run(store.database.read(counted)) == [1, 0, 1, 1, 1, 0]
    store.run(SqliteImports(store.database).add(many[:-1], (), (), at=AT))
    assert store.run(store.database.read(counted)) == [2 * AT_ONCE, 0, 301, 301, 301, 0]
    assert store.get(mine.id).request.prompt == "A ferry"


def test_a_task_finds_its_parent_and_batch_among_what_is_here_already(store: Store) -> None:
    imports = SqliteImports(store.database)
    first = outside(7, "First", task_id="a", batch=7)
    child = outside(8, "Second", task_id="b", batch=7, parent=Parent(7, ParentKind.CONTINUED, 0, 2.5))
    store.run(imports.add([first], (), (), at=AT))
    store.run(imports.add([first, child], (), (), at=AT))
    found = store.get(2)
    assert (found.parent, found.batch) == (Parent(1, ParentKind.CONTINUED, 0, 2.5), 1)
    alone = outside(9, "Third", parent=Parent(99, ParentKind.LONGER))
    store.run(imports.add([alone], (), (), at=AT))
    assert store.get(3).parent is None


def test_a_clip_from_outside_is_not_put_into_a_task_that_still_runs_here(store: Store, tmp_path: Path) -> None:
    """Its clips come with the service's answer, which adds each of them."""
    imports = SqliteImports(store.database)
    (mine,) = store.add("A ferry")
    for state in (TaskState.SENDING, TaskState.PENDING):
        store.run(store.tasks.transition(mine.id, state))
    store.run(store.tasks.record(mine.id, task_id="a"))
    clip = Clip(0, 7, 0, ClipState.SAVED, "", AT, path=tmp_path / "a.mp4")
    found = outside(7, task_id="a", state=TaskState.SUCCESS, clips=(clip,))
    assert store.run(imports.known([found])) == {7: Known(mine.id)}
    store.run(imports.add([found], (), (), at=AT))
    assert store.run(store.tasks.succeed(mine.id, ["https://x.example/a"], completed_at=AT, expires_at=AT))


def test_a_task_that_got_lost_here_is_completed_by_its_clip(store: Store, tmp_path: Path) -> None:
    imports = SqliteImports(store.database)
    (mine,) = store.add("A ferry")
    for state in (TaskState.SENDING, TaskState.PENDING, TaskState.LOST):
        assert store.run(store.tasks.transition(mine.id, state))
    store.run(store.tasks.record(mine.id, task_id="a"))
    clip = Clip(0, 7, 0, ClipState.SAVED, "", AT, path=tmp_path / "a.mp4")
    store.run(imports.add([outside(7, task_id="a", state=TaskState.SUCCESS, clips=(clip,))], (), (), at=AT))
    assert store.get(mine.id).phase is Phase.READY
