"""What past tasks tell is read from a real file, quickly, and as exactly as it was written."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.ports import TaskHistory
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage import task_history
from tests.unit.storage.conftest import AT, GATEWAY, Store

SHORT = GenerationRequest("sora-2", "A harbour", {"duration": 10}, "auto", mode="text-to-video")
LONG = replace(SHORT, options={"duration": 15})
OLD = GenerationRequest("sora-2", "An old one", {"duration": 10}, "auto", media=first_pictures("/pictures/a.png"))


def ended(store: Store, request: GenerationRequest, took_s: float, usd: float | None, *, gateway: str = GATEWAY) -> int:
    """A successful task."""
    (task,) = store.run(store.tasks.add([request], gateway=gateway, at=AT))
    store.run(store.tasks.transition(task.id, TaskState.SENDING))
    store.run(store.tasks.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=AT))
    at: datetime = AT + timedelta(seconds=took_s)
    store.run(store.tasks.succeed(task.id, [], completed_at=at, expires_at=at))
    store.run(store.tasks.record(task.id, measured_usd=usd))
    return task.id


def read(store: Store, *models: str, most: int = 100) -> TaskHistory:
    return store.run(store.tasks.task_history(models, gateway=GATEWAY, most=most))


def test_an_empty_file_tells_nothing(store: Store) -> None:
    assert read(store, "sora-2") == TaskHistory({}, 0, frozenset(), [])


def test_equal_requests_stand_together_and_everything_is_counted(store: Store) -> None:
    first, second = ended(store, SHORT, 100.25, 0.5), ended(store, replace(SHORT, prompt="Another"), 50, None)
    longer, old = ended(store, LONG, 200, 0.75), ended(store, OLD, 300, 0.6)
    ended(store, SHORT, 10, 9.0, gateway="https://another.example")
    waiting, lone = store.add("waiting", "lone \ud800")
    store.run(store.tasks.transition(lone.id, TaskState.FAILED))
    history = read(store, "sora-2", "nothing")
    assert history.counts == {
        ("sora-2", TaskState.SUCCESS): 5,
        ("sora-2", TaskState.WAITING): 1,
        ("sora-2", TaskState.FAILED): 1,
    }
    assert (history.newest, history.unfinished) == (lone.id, {waiting.id})
    found = {min(past.times_s): past for past in history.past}
    assert set(found) == {first, longer, old}
    assert found[first].request == replace(SHORT, prompt="")
    assert (found[first].prices_usd, found[first].times_s) == ({first: 0.5}, {first: 100.25, second: 50.0})
    assert (found[longer].request.options, found[longer].prices_usd) == ({"duration": 15}, {longer: 0.75})
    assert (found[old].request.mode, len(found[old].request.files)) == ("", 1)


def test_only_the_newest_are_read(store: Store) -> None:
    ids = [ended(store, SHORT, 60, 0.5) for _ in range(4)]
    (past,) = read(store, "sora-2", most=2).past
    assert set(past.prices_usd) == set(ids[-2:])


def test_high_ends_of_estimates_are_kept(store: Store) -> None:
    (task,) = store.run(store.tasks.add([SHORT], gateway=GATEWAY, at=AT, estimated_usd=[0.4], estimated_most_usd=[0.45]))
    assert (task.estimated_usd, task.estimated_most_usd, task.most_usd) == (0.4, 0.45, 0.45)
    assert store.get(task.id).estimated_most_usd == 0.45
    store.run(store.tasks.record(task.id, measured_usd=0.42))
    assert store.get(task.id).most_usd == 0.42


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (task_history.COUNT_BY_STATE, [], "SCAN tasks USING COVERING INDEX tasks_by_model"),
        (task_history.RECENT_SUCCESSES, ["m", "g", 5], "tasks_by_model (model=? AND gateway=? AND state=?)"),
        (task_history.ALL_UNFINISHED, [], "tasks_unfinished"),
        (task_history.NEWEST_TASK, [], "SEARCH tasks"),
    ],
)
def test_no_query_reads_or_sorts_all_rows(store: Store, query: str, values: list[object], index: str) -> None:
    def explain(connection: sqlite3.Connection) -> str:
        return "; ".join(row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values))

    plan = store.run(store.database.read(explain))
    assert index in plan
    assert "TEMP B-TREE" not in plan
