"""The editor's drafts in SQLite: the working text of each document that a person made or opened."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from sora_studio.domain.draft import Draft
from sora_studio.storage.database import Database
from sora_studio.storage.rows import draft_from_row, media_to_sql, request_to_sql, to_sql
from sora_studio.storage.versions import add_document

# The newest draft is found by a counter, not by time: after the clock is set back, an old text must not win.
SAVE_DRAFT = """
    INSERT INTO drafts (id, revision, saved_at, takes, caret, model, route, options, images, prompt,
                        edits, callback, pictures_by, mode, media, set_aside)
    VALUES (:id, (SELECT coalesce(max(revision), 0) + 1 FROM drafts), :saved_at, :takes, :caret,
            :model, :route, :options, :images, :prompt, :edits, :callback, :pictures_by, :mode, :media, :set_aside)
    ON CONFLICT (id) DO UPDATE SET
        revision = excluded.revision, saved_at = excluded.saved_at, takes = excluded.takes, caret = excluded.caret,
        model = excluded.model, route = excluded.route, options = excluded.options, images = excluded.images,
        prompt = excluded.prompt, edits = excluded.edits, callback = excluded.callback, pictures_by = excluded.pictures_by,
        mode = excluded.mode, media = excluded.media, set_aside = excluded.set_aside
"""
LATEST_DRAFT = "SELECT * FROM drafts ORDER BY revision DESC LIMIT 1"


class SqliteDrafts:
    """Saves and loads the editor's drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: Draft, *, at: datetime) -> Draft:
        """Save a draft and return it with its id and time. A draft with id 0 is new; any other replaces the one with its id."""
        values = {
            "saved_at": to_sql(at),
            "takes": draft.takes,
            "caret": draft.caret,
            **request_to_sql(draft.request),
            "set_aside": media_to_sql(draft.request.set_aside),
        }

        def work(connection: sqlite3.Connection) -> int:
            document = add_document(connection, at, draft.id or None)
            connection.execute(SAVE_DRAFT, {**values, "id": document})
            return document

        return replace(draft, id=await self._database.write(work), saved_at=at)

    async def latest(self) -> Draft | None:
        """Return the draft that was saved last."""

        def work(connection: sqlite3.Connection) -> Draft | None:
            row: sqlite3.Row | None = connection.execute(LATEST_DRAFT).fetchone()
            return None if row is None else draft_from_row(row)

        return await self._database.read(work)
