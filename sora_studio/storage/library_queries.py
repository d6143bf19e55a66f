"""Searches of the library in SQLite: a query's tasks as an index of ids, all at once.

The index over days covers what most filters compare, and is read in its own order: finding all of 100,000 tasks takes about
20 ms, and no sort. Ids come back as one text for each day, which is faster than a row for each task.
"""

import sqlite3
import time
from array import array
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sora_studio.domain.library import DayGroup, LibraryIndex
from sora_studio.domain.query import Query
from sora_studio.domain.query_filters import Sort
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.query_conditions import COST, DURATION, STALE, Condition, all_of, conditions_of
from sora_studio.storage.rows import SqlValue
from sora_studio.storage.vocabulary import words_near

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_WITH_CLIPS = Condition("phase IN ('downloading', 'unsaved', 'ready', 'expired', 'missing')")
_KEYS = {Sort.STARS: "stars", Sort.COST: COST, Sort.DURATION: DURATION}


class LibraryQueries:
    """Answers searches from the reader thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def index(
        self,
        query: Query,
        *,
        now: datetime,
        today: date,
        with_clips: bool = True,
        states: frozenset[TaskState] = frozenset(),
    ) -> LibraryIndex:
        """Return all tasks that a query finds, in its order; without `with_clips` also those that have no clip.

        `today` is the local calendar day; `states`, if not empty, are the only ones wanted. Groups by day exist in the orders
        by time only.
        """
        return await self._database.read(
            lambda connection: find(connection, query, now=now, today=today, with_clips=with_clips, states=states)
        )

    async def stale(self, tasks: Sequence[int]) -> frozenset[int]:
        """Return those of the tasks whose document's text has moved on."""
        listed = f"[{','.join(map(str, tasks))}]"
        query = f"SELECT id FROM tasks WHERE id IN (SELECT value FROM json_each(?)) AND {STALE}"  # noqa: S608 - constants of ours
        return await self._database.read(lambda connection: frozenset(row[0] for row in connection.execute(query, (listed,))))

    async def count(self, query: Query, *, now: datetime, today: date, with_clips: bool = True) -> int:
        """Return how many tasks a query finds."""

        def work(connection: sqlite3.Connection) -> int:
            sql, values = count_statement(connection, query, now=now, today=today, with_clips=with_clips)
            found: int = connection.execute(sql, values).fetchone()[0]
            return found

        return await self._database.read(work)

    async def words_near(self, word: str) -> Mapping[str, int]:
        """Return words of prompts, notes and tags that may be the right spelling of a folded word, with counts of texts."""
        return await self._database.read(lambda connection: words_near(connection, word))


def find(
    connection: sqlite3.Connection,
    query: Query,
    *,
    now: datetime,
    today: date,
    with_clips: bool,
    states: frozenset[TaskState] = frozenset(),
) -> LibraryIndex:
    """Return the index of what a query finds."""
    started = time.perf_counter()
    sql, values = statement(connection, query, now=now, today=today, with_clips=with_clips, states=states)
    ids, groups = array("q"), list[DayGroup]()
    rows: list[tuple[int, int, str | None]] = connection.execute(sql, values).fetchall()
    for day, count, found in rows:
        if found is not None:
            ids.extend(map(int, found.split(",")))
            groups.append(DayGroup(date.fromordinal(day + _EPOCH_DAY), count))
    by_time = query.sort not in _KEYS
    if not by_time:
        ids.reverse()
    return LibraryIndex(ids, tuple(groups) if by_time else (), (time.perf_counter() - started) * 1000)


def statement(
    connection: sqlite3.Connection,
    query: Query,
    *,
    now: datetime,
    today: date,
    with_clips: bool,
    states: frozenset[TaskState] = frozenset(),
) -> tuple[str, tuple[SqlValue, ...]]:
    """Return the statement that finds a query's tasks as rows of day, count and ids, and its values.

    In the orders by a figure, each row has the ids of one value, all in ascending order.
    """
    where = _where(connection, query, now=now, today=today, with_clips=with_clips)
    if states:
        wanted = Condition(f"state IN ({', '.join('?' * len(states))})", tuple(sorted(states)))
        where = all_of([where, wanted])
    source = f"tasks INDEXED BY tasks_in_library WHERE {where.sql}"  # conditions are constants; typed texts are bound
    key = _KEYS.get(query.sort)
    if key is not None:
        # Sorting by the key alone is faster. Equal keys keep the order of the index, because SQLite's sorter is stable.
        return f"SELECT 0, count(*), group_concat(id) FROM {source} GROUP BY {key} ORDER BY {key}", where.values  # noqa: S608
    order = "ASC" if query.sort is Sort.OLDEST else "DESC"
    # The ids of a day come in the order of the index, which is read forwards or backwards as a whole.
    return f"SELECT day, count(*), group_concat(id) FROM {source} GROUP BY day ORDER BY day {order}", where.values  # noqa: S608


def count_statement(
    connection: sqlite3.Connection, query: Query, *, now: datetime, today: date, with_clips: bool
) -> tuple[str, tuple[SqlValue, ...]]:
    """Return the statement that counts a query's tasks, and its values."""
    where = _where(connection, query, now=now, today=today, with_clips=with_clips)
    return f"SELECT count(*) FROM tasks INDEXED BY tasks_in_library WHERE {where.sql}", where.values  # noqa: S608


def _where(connection: sqlite3.Connection, query: Query, *, now: datetime, today: date, with_clips: bool) -> Condition:
    return all_of([*([_WITH_CLIPS] if with_clips else []), *conditions_of(connection, query, now=now, today=today)])
