"""Reads what past tasks tell about models: how many there are, and what the recent ones cost and took."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.ports import PastTasks, TaskHistory
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.rows import text_from_sql, to_sql

COUNT_BY_STATE = "SELECT model, state, count(*) FROM tasks GROUP BY model, gateway, state"
NEWEST_TASK = "SELECT coalesce(max(id), 0) FROM tasks"
# Without INDEXED BY, SQLite prefers an index over all tasks to this partial one, which is nearly empty.
ALL_UNFINISHED = """
    SELECT id FROM tasks INDEXED BY tasks_unfinished
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost')
"""
RECENT_SUCCESSES = """
    SELECT id, mode, route, options, images <> '[]' AS has_picture, measured_usd, completed_at - accepted_at AS took
    FROM tasks WHERE model = ? AND gateway = ? AND state = 'success' ORDER BY id DESC LIMIT ?
"""
_MICROSECONDS = 1_000_000
_PICTURE = "file"
"""Stands for a picture: which mode an older task used depends on whether it had one."""


@dataclass(slots=True)
class _Measured:
    prices_usd: dict[int, float] = field(default_factory=dict[int, float])
    times_s: dict[int, float] = field(default_factory=dict[int, float])


def read_history(connection: sqlite3.Connection, models: Iterable[str], *, gateway: str, most: int) -> TaskHistory:
    """Return the counts of all tasks, and the newest `most` successful ones of each of these models at this gateway."""
    counts = dict[tuple[str, TaskState], int]()
    for model, state, count in connection.execute(COUNT_BY_STATE):
        key = (text_from_sql(model), TaskState(state))
        counts[key] = counts.get(key, 0) + count
    return TaskHistory(
        counts=counts,
        newest=connection.execute(NEWEST_TASK).fetchone()[0],
        unfinished=frozenset(row["id"] for row in connection.execute(ALL_UNFINISHED)),
        past=[past for model in models for past in _past_of(connection, model, gateway=gateway, most=most)],
    )


def _past_of(connection: sqlite3.Connection, model: str, *, gateway: str, most: int) -> Iterator[PastTasks]:
    """Yield the tasks by request. Requests differ in few columns, so that few of them are parsed."""
    groups = dict[tuple[str, str, str, bool], _Measured]()
    values = (to_sql(model), gateway, most)
    for task, mode, route, options, has_picture, price_usd, took in connection.execute(RECENT_SUCCESSES, values):
        measured = groups.setdefault((mode, route, options, bool(has_picture and not mode)), _Measured())
        if price_usd is not None:
            measured.prices_usd[task] = price_usd
        if took is not None:
            measured.times_s[task] = took / _MICROSECONDS
    for (mode, route, options, has_picture), measured in groups.items():
        request = GenerationRequest(
            model=model,
            prompt="",
            options=json.loads(text_from_sql(options)),
            route=text_from_sql(route),
            mode=text_from_sql(mode),
            media=first_pictures(_PICTURE) if has_picture else {},
        )
        yield PastTasks(request, measured.prices_usd, measured.times_s)
