"""Tasks from outside are told apart by what identifies them, and found without reading every text."""

import sqlite3
from dataclasses import replace

from sora_studio.domain.imports import Incoming, Known
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.storage.imports import CREATED_AT, SqliteImports
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
