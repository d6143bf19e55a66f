"""Holding waiting tasks back, and their order, in SQL."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sora_studio.domain.waiting_order import ranks_after_move
from sora_studio.storage.changes import change_task

WAITING = """
    SELECT id, coalesce(rank, id) FROM tasks
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost') AND state = 'waiting'
    ORDER BY 2, 1
"""
"""The list of states is that of the partial index; SQLite uses the index for the same words only."""
MOVED = """
    SELECT id, rank FROM tasks
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost') AND state = 'waiting'
        AND rank IS NOT NULL
"""
IS_WAITING = "SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ? AND state = 'waiting')"


def hold(connection: sqlite3.Connection, tasks: Sequence[int], at: datetime | None) -> list[int]:
    """Hold those of the tasks back that still wait, or release them (None); return the changed ones."""
    waiting = [task for task in tasks if connection.execute(IS_WAITING, (task,)).fetchone()[0]]
    return [task for task in waiting if change_task(connection, task, {"held_at": at})]


def move(connection: sqlite3.Connection, tasks: Sequence[int], before: int | None) -> list[int]:
    """Move waiting tasks before another one, see `ranks_after_move`; return those with a new rank."""
    order: list[tuple[int, float]] = [(row[0], float(row[1])) for row in connection.execute(WAITING)]
    ranks = ranks_after_move(order, set(tasks), before)
    return [task for task, rank in ranks.items() if change_task(connection, task, {"rank": rank})]


def moved_ranks(connection: sqlite3.Connection) -> dict[int, float]:
    """Return the ranks of the waiting tasks that were moved."""
    return {row[0]: float(row[1]) for row in connection.execute(MOVED)}
