"""Gives every recovered task its text again, and every text its document."""

import sqlite3
from collections.abc import Mapping

from sora_studio.storage.rows import text_from_sql, to_sql
from sora_studio.storage.search import index_task, index_version
from sora_studio.storage.versions import with_text

NO_TEXT = "(The prompt could not be read.)"
_LOST_VERSIONS = """
    SELECT version, min(id) AS task FROM main.tasks
    WHERE version IS NOT NULL AND version NOT IN (SELECT id FROM main.versions) GROUP BY version
"""
_INSERT_VERSION = """
    INSERT INTO main.versions
        (id, document, text, kind, revision, created_at, model, mode, route, options, images, media, edits)
    SELECT ?, ?, ?, 'sent', revision, created_at, model, mode, route, options, images, media, edits FROM main.tasks WHERE id = ?
"""
_TEXTS_IN_TASKS = "SELECT id, prompt FROM main.tasks WHERE version IS NULL ORDER BY id"
_SET_VERSION = "UPDATE main.tasks SET version = ?, prompt = '' WHERE id = ?"
_LOST_DOCUMENTS = """
    INSERT INTO main.documents (id, revision, created_at)
    SELECT document, min(revision), min(created_at) FROM main.versions
    WHERE document NOT IN (SELECT id FROM main.documents) GROUP BY document
"""
_DOCUMENTS_OF_DRAFTS = """
    INSERT INTO main.documents (id, revision, created_at)
    SELECT id, revision, saved_at FROM main.drafts WHERE id NOT IN (SELECT id FROM main.documents)
"""
_WITH_NOTES = """
    SELECT id FROM main.tasks WHERE note IS NOT NULL
    UNION SELECT task FROM main.clips WHERE note IS NOT NULL UNION SELECT task FROM main.taggings
"""


def mend_texts(connection: sqlite3.Connection, words: Mapping[int, str]) -> set[int]:
    """Make versions and documents complete; return the tasks whose text is lost or only known by its `words`, by version.

    A task without a version still has its text in its row.
    """
    in_part = set[int]()
    for version, task in connection.execute(_LOST_VERSIONS).fetchall():
        _add_version(connection, version, words.get(version) or NO_TEXT, task)
        in_part.update(row[0] for row in connection.execute("SELECT id FROM main.tasks WHERE version = ?", (version,)))
    for task, prompt in connection.execute(_TEXTS_IN_TASKS).fetchall():
        text = text_from_sql(prompt) or NO_TEXT
        version = with_text(connection, to_sql(text)) or _add_version(connection, None, text, task)
        connection.execute(_SET_VERSION, (version, task))
    connection.execute(_LOST_DOCUMENTS)
    connection.execute(_DOCUMENTS_OF_DRAFTS)
    for table in ("documents", "tasks"):
        connection.execute(f"UPDATE main.{table} SET project = NULL WHERE project NOT IN (SELECT id FROM main.projects)")  # noqa: S608
    return in_part


def _add_version(connection: sqlite3.Connection, version: int | None, text: str, task: int) -> int:
    """Add a version of a document of its own, with the options of a task."""
    revision, created_at = connection.execute("SELECT revision, created_at FROM main.tasks WHERE id = ?", (task,)).fetchone()
    values = (revision, created_at)
    document = connection.execute("INSERT INTO main.documents (revision, created_at) VALUES (?, ?)", values).lastrowid
    made = connection.execute(_INSERT_VERSION, (version, document, to_sql(text), task)).lastrowid
    return made or 0


def index_again(connection: sqlite3.Connection) -> None:
    """Make the index of words again from the rows."""
    connection.execute("DELETE FROM main.version_words")
    for version, text in connection.execute("SELECT id, text FROM main.versions WHERE kind = 'sent'").fetchall():
        index_version(connection, version, text_from_sql(text))
    connection.execute("DELETE FROM main.task_words")
    for (task,) in connection.execute(_WITH_NOTES).fetchall():
        index_task(connection, task)
