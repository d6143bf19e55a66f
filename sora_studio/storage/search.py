"""The index of words, and task filters as SQL: by state and by gateway."""

import sqlite3

from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.search_words import index_words
from sora_studio.storage.rows import SqlValue, text_from_sql

_NOTES = """
    SELECT note FROM tasks WHERE id = :task AND note IS NOT NULL
    UNION ALL SELECT note FROM clips WHERE task = :task AND note IS NOT NULL
    UNION ALL SELECT DISTINCT tags.name FROM taggings JOIN tags ON tags.id = tag WHERE taggings.task = :task
"""


def index_version(connection: sqlite3.Connection, version: int, text: str) -> None:
    """Add the words of a version that is sent for the first time."""
    connection.execute("INSERT OR REPLACE INTO version_words (rowid, words) VALUES (?, ?)", (version, index_words(text)))


def index_task(connection: sqlite3.Connection, task: int) -> None:
    """Index the words of a task's notes and tags again."""
    words = index_words(*(text_from_sql(row[0]) for row in connection.execute(_NOTES, {"task": task})))
    connection.execute("DELETE FROM task_words WHERE rowid = ?", (task,))
    if words:
        connection.execute("INSERT INTO task_words (rowid, words) VALUES (?, ?)", (task, words))


def from_where(which: TaskFilter, *conditions: str) -> tuple[str, list[SqlValue]]:
    """Return `FROM … WHERE …` and its values. `conditions` are appended; the caller appends their values."""
    terms, values = list[str](), list[SqlValue]()
    if not which.removed:
        terms.append("removed_at IS NULL AND trashed_at IS NULL")
    if which.states:
        terms.append(f"state IN ({', '.join('?' * len(which.states))})")
        values.extend(sorted(which.states))
    if which.gateway is not None:
        terms.append("gateway = ?")
        values.append(which.gateway)
    return f"FROM tasks WHERE {' AND '.join([*terms, *conditions]) or 'TRUE'}", values
