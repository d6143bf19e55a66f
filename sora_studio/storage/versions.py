"""Versions in SQLite as tasks need them: each text that was sent, once. Only these are in the index of words."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.changes import REVISION
from sora_studio.storage.rows import SqlValue, request_to_sql, to_sql
from sora_studio.storage.search import index_version

NEWEST_OF_DOCUMENT = "SELECT coalesce(written, text) AS written FROM versions WHERE document = ? ORDER BY id DESC LIMIT 1"
ONE_OF_DOCUMENT = """
    SELECT id FROM versions WHERE document = :document AND text = :prompt AND written IS :written ORDER BY id DESC LIMIT 1
"""
WITH_TEXT = """
    SELECT id FROM versions WHERE substr(text, 1, 60) = substr(:text, 1, 60) AND text = :text ORDER BY id DESC LIMIT 1
"""
INSERT_DOCUMENT = f"INSERT OR IGNORE INTO documents (id, revision, created_at) VALUES (?, {REVISION}, ?)"  # noqa: S608
INSERT_VERSION = f"""
    INSERT INTO versions (document, revision, created_at, kind, model, mode, route, options, images, media, edits,
                          text, written)
    VALUES (:document, {REVISION}, :created_at, 'sent', :model, :mode, :route, :options, :images, :media, :edits,
            :prompt, :written)
"""  # noqa: S608
MARK_SENT = "UPDATE versions SET kind = 'sent' WHERE id = ? AND kind <> 'sent'"


def add_document(connection: sqlite3.Connection, at: datetime, document: int | None = None) -> int:
    """Add a document and return its id; an existing one stays as it is."""
    made = connection.execute(INSERT_DOCUMENT, (document, to_sql(at))).lastrowid
    return document or made or 0


def version_of(connection: sqlite3.Connection, request: GenerationRequest, *, document: int | None, at: datetime) -> int:
    """Return the version for a text that is sent: a new one only if the document's newest was written otherwise.

    Several prompts that are made of one text are so many versions. Without a document, it is the newest version of any document
    with this text, or that of a new document.
    """
    columns = {**request_to_sql(request), "written": to_sql(request.written) or None}
    known = with_text(connection, columns["prompt"]) if document is None else _known(connection, document, columns)
    if known is not None:
        if connection.execute(MARK_SENT, (known,)).rowcount:
            index_version(connection, known, request.prompt)
        return known
    values: dict[str, SqlValue] = {
        **columns,
        "document": add_document(connection, at, document),
        "created_at": to_sql(at),
    }
    version = connection.execute(INSERT_VERSION, values).lastrowid
    assert version is not None
    index_version(connection, version, request.prompt)
    return version


def _known(connection: sqlite3.Connection, document: int, columns: Mapping[str, SqlValue]) -> int | None:
    newest: sqlite3.Row | None = connection.execute(NEWEST_OF_DOCUMENT, (document,)).fetchone()
    if newest is None or newest["written"] != (columns["written"] or columns["prompt"]):
        return None
    row: sqlite3.Row | None = connection.execute(ONE_OF_DOCUMENT, {**columns, "document": document}).fetchone()
    return None if row is None else row["id"]


def with_text(connection: sqlite3.Connection, text: SqlValue) -> int | None:
    """Return the newest version with this text, of any document."""
    row: sqlite3.Row | None = connection.execute(WITH_TEXT, {"text": text}).fetchone()
    return None if row is None else row["id"]
