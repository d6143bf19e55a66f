"""Autosaved versions in SQLite: keeping the text of a draft before another one replaces it, and dropping what is too many."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sora_studio.domain.writing.autosaves import dropped, is_kept
from sora_studio.storage.changes import REVISION
from sora_studio.storage.rows import SqlValue, text_from_sql, time_from_sql, to_sql

DRAFT_TEXT = """
    SELECT prompt, saved_at, (SELECT created_at FROM documents WHERE documents.id = drafts.id) AS begun_at
    FROM drafts WHERE id = ?
"""
LAST_TWO = "SELECT coalesce(written, text) AS text, created_at FROM versions WHERE document = ? ORDER BY id DESC LIMIT 2"
"""The newest alone would not do: after a version was restored, the text from before it is the second one."""
KEEP_DRAFT = f"""
    INSERT INTO versions (document, revision, created_at, kind, model, mode, route, options, images, media, edits, text)
    SELECT id, {REVISION}, :at, 'autosave', model, mode, route, options, images, media, edits, prompt
    FROM drafts WHERE id = :document
"""  # noqa: S608 - a constant of ours
COPY = f"""
    INSERT INTO versions (document, revision, created_at, kind, model, mode, route, options, images, media, edits, text)
    SELECT document, {REVISION}, :at, 'autosave', model, mode, route, options, images, media, edits, coalesce(written, text)
    FROM versions WHERE id = :version
"""  # noqa: S608
AUTOSAVED = """
    SELECT id, created_at FROM versions WHERE document = ? AND kind = 'autosave'
        AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.version = versions.id)
"""
DOCUMENTS = "SELECT DISTINCT document FROM versions WHERE kind = 'autosave'"


def keep_autosave(connection: sqlite3.Connection, document: int, following: SqlValue, at: datetime) -> None:
    """Keep the draft's stored text as a version, if it is due now that the following text is to replace it."""
    row: sqlite3.Row | None = connection.execute(DRAFT_TEXT, (document,)).fetchone()
    if row is None or row["prompt"] == following:
        return
    last = connection.execute(LAST_TWO, (document,)).fetchall()
    if any(version["text"] == row["prompt"] for version in last):
        return
    newest = text_from_sql(last[0]["text"]) if last else ""
    since = at - time_from_sql(last[0]["created_at"] if last else row["begun_at"])
    saved, next_text = text_from_sql(row["prompt"]), text_from_sql(following if isinstance(following, str | bytes) else "")
    if is_kept(saved, next_text, kept=newest, since=since):
        connection.execute(KEEP_DRAFT, {"document": document, "at": row["saved_at"]})
        thin(connection, document, at)


def keep_now(connection: sqlite3.Connection, document: int) -> None:
    """Keep the draft's stored text as a version unless it is one of the last two, or empty."""
    row: sqlite3.Row | None = connection.execute(DRAFT_TEXT, (document,)).fetchone()
    if row is None or not text_from_sql(row["prompt"]).strip():
        return
    if all(version["text"] != row["prompt"] for version in connection.execute(LAST_TWO, (document,))):
        connection.execute(KEEP_DRAFT, {"document": document, "at": row["saved_at"]})


def thin(connection: sqlite3.Connection, document: int, now: datetime) -> None:
    """Drop the document's autosaved versions that are too many for their age; never one that a task was made with."""
    found = [(row["id"], time_from_sql(row["created_at"])) for row in connection.execute(AUTOSAVED, (document,))]
    forget_versions(connection, list(dropped(found, now)))


def forget_autosaves(connection: sqlite3.Connection, document: int) -> None:
    """Drop all autosaved versions of a document."""
    forget_versions(connection, [row["id"] for row in connection.execute(AUTOSAVED, (document,)).fetchall()])


def autosaved_documents(connection: sqlite3.Connection) -> list[int]:
    """Return the documents that have autosaved versions."""
    return [row[0] for row in connection.execute(DOCUMENTS)]


def forget_versions(connection: sqlite3.Connection, versions: Sequence[int]) -> None:
    """Remove versions and their words."""
    for statement in ("DELETE FROM version_words WHERE rowid = ?", "DELETE FROM versions WHERE id = ?"):
        connection.executemany(statement, [(version,) for version in versions])


def copy_version(connection: sqlite3.Connection, version: int, at: datetime) -> int:
    """Add a copy of a version, as it was written, as the newest one of its document; return its id."""
    return connection.execute(COPY, {"version": version, "at": to_sql(at)}).lastrowid or 0
