"""The editor's drafts in SQLite: the working text of each document that a person made or opened."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sora_studio.domain.draft import Draft, DraftEntry
from sora_studio.domain.project import Project
from sora_studio.storage.autosaves import forget_autosaves, keep_autosave
from sora_studio.storage.changes import COUNT_UP, REVISION
from sora_studio.storage.database import Database
from sora_studio.storage.projects import project_named
from sora_studio.storage.rows import (
    SqlValue,
    draft_from_row,
    media_to_sql,
    request_to_sql,
    text_from_sql,
    time_from_sql,
    to_sql,
    version_from_row,
)
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
# What comes in from outside must not take the place of the draft that the editor opens with.
RAISE_DRAFT = "UPDATE drafts SET revision = (SELECT max(revision) + 1 FROM drafts) WHERE id = ?"
LATEST_DRAFT = """
    SELECT drafts.* FROM drafts JOIN documents USING (id) WHERE trashed_at IS NULL ORDER BY drafts.revision DESC LIMIT 1
"""
DRAFT = "SELECT * FROM drafts WHERE id = ?"
# The first line may follow empty ones: a little of each text is enough for its title. Bytes must not be cut in a character.
ENTRIES = """
    SELECT drafts.id, name, CASE typeof(prompt) WHEN 'text' THEN substr(prompt, 1, 500) ELSE prompt END AS beginning,
           saved_at, project, trashed_at
    FROM drafts JOIN documents USING (id) ORDER BY drafts.revision DESC
"""
NEWEST_VERSION = "SELECT * FROM versions WHERE document = ? ORDER BY id DESC LIMIT 1"
SHELVES = "SELECT id, name, project, trashed_at FROM documents WHERE id IN (SELECT value FROM json_each(?))"
CHANGE_SHELF = f"""
    UPDATE documents SET name = ?, project = ?, trashed_at = ?, revision = {REVISION} WHERE id = ?
"""  # noqa: S608 - a constant of ours
DISCARD = """
    DELETE FROM drafts WHERE id = ?1
        AND NOT EXISTS (SELECT 1 FROM documents WHERE id = ?1 AND (name IS NOT NULL OR project IS NOT NULL))
        AND NOT EXISTS (SELECT 1 FROM versions WHERE document = ?1 AND kind <> 'sent')
"""
DROP_UNUSED = """
    DELETE FROM documents WHERE id = ?1
        AND NOT EXISTS (SELECT 1 FROM versions WHERE document = ?1) AND NOT EXISTS (SELECT 1 FROM drafts WHERE id = ?1)
"""
Shelf = tuple[SqlValue, SqlValue, SqlValue]
"""Name, project and time of trashing of a document, as they are stored."""
Shelved = Mapping[int, Shelf]


class SqliteDrafts:
    """Saves and loads the editor's drafts. Changes of name, project and trash return what is needed to take them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: Draft, *, at: datetime) -> Draft:
        """Save a draft and return it with its id and time. A draft with id 0 is new; any other replaces the one with its id.

        What it replaces becomes a version when that is due, in the same transaction.
        """
        return await self._database.write(lambda connection: _save(connection, draft, at))

    async def add_all(self, drafts: Sequence[Draft], *, projects: Sequence[str | None], at: datetime) -> list[Draft]:
        """Add new drafts in one transaction, each to the project with that name, and return them.

        They come before all others but the draft that was saved last, which stays the latest. A project that does not exist
        is added.
        """

        def work(connection: sqlite3.Connection) -> list[Draft]:
            latest: sqlite3.Row | None = connection.execute(LATEST_DRAFT).fetchone()
            saved = [_save(connection, draft, at) for draft in reversed(drafts)][::-1]
            if latest is not None:
                connection.execute(RAISE_DRAFT, (latest["id"],))
            for draft, project in zip(saved, projects, strict=True):
                if project is not None:
                    number = project_named(connection, Project(0, project), at=at)
                    connection.execute("UPDATE documents SET project = ? WHERE id = ?", (number, draft.id))
            return saved

        return await self._database.write(work)

    async def latest(self) -> Draft | None:
        """Return the draft that was saved last."""

        def work(connection: sqlite3.Connection) -> Draft | None:
            row: sqlite3.Row | None = connection.execute(LATEST_DRAFT).fetchone()
            return None if row is None else draft_from_row(row)

        return await self._database.read(work)

    async def get(self, draft: int) -> Draft | None:
        """Return a draft, also one in the trash."""

        def work(connection: sqlite3.Connection) -> Draft | None:
            row: sqlite3.Row | None = connection.execute(DRAFT, (draft,)).fetchone()
            return None if row is None else draft_from_row(row)

        return await self._database.read(work)

    async def entries(self) -> list[DraftEntry]:
        """Return all drafts as a list shows them, the one that was saved last first; those in the trash, too."""
        return await self._database.read(lambda connection: [_entry(row) for row in connection.execute(ENTRIES)])

    async def project_of(self, document: int) -> int | None:
        """Return the project of a document; None for none."""

        def work(connection: sqlite3.Connection) -> int | None:
            row: sqlite3.Row | None = connection.execute("SELECT project FROM documents WHERE id = ?", (document,)).fetchone()
            return None if row is None else row["project"]

        return await self._database.read(work)

    async def open_document(self, document: int, *, at: datetime) -> Draft | None:
        """Return the draft of a document; one that only has versions gets the newest of them as its working text."""
        if (found := await self.get(document)) is not None:
            return found

        def work(connection: sqlite3.Connection) -> Draft | None:
            row: sqlite3.Row | None = connection.execute(NEWEST_VERSION, (document,)).fetchone()
            return None if row is None else Draft(document, version_from_row(row).request)

        draft = await self._database.read(work)
        return None if draft is None else await self.save(draft, at=at)

    async def discard(self, draft: int, *, with_autosaves: bool = False) -> None:
        """Remove a draft for good, unless it has a name or project; the document of a sent one keeps its versions.

        A draft with other versions stays: something was written in it once, and they lead back to it. `with_autosaves`: it
        stays only for versions with a name.
        """

        def work(connection: sqlite3.Connection) -> None:
            if with_autosaves:
                forget_autosaves(connection, draft)
            connection.execute(DISCARD, (draft,))
            connection.execute(DROP_UNUSED, (draft,))

        await self._database.write(work)

    async def rename(self, draft: int, name: str) -> Shelved:
        """Give a draft a name; an empty one lets its first line be its title again."""
        return await self._change([draft], lambda _, shelf: (to_sql(" ".join(name.split())) or None, shelf[1], shelf[2]))

    async def move_to_project(self, drafts: Sequence[int], project: int | None) -> Shelved:
        """Put drafts into a project, or into none."""
        return await self._change(drafts, lambda _, shelf: (shelf[0], project, shelf[2]))

    async def trash(self, drafts: Sequence[int], *, at: datetime | None) -> Shelved:
        """Put drafts into the trash, or take them out of it (None)."""
        return await self._change(drafts, lambda _, shelf: (shelf[0], shelf[1], to_sql(at)))

    async def put_back(self, former: Shelved) -> Shelved:
        """Give documents their former name, project and place; return what they had now."""
        return await self._change(list(former), lambda draft, _: former[draft])

    async def _change(self, drafts: Sequence[int], changed: Callable[[int, Shelf], Shelf]) -> Shelved:
        def work(connection: sqlite3.Connection) -> Shelved:
            connection.execute(COUNT_UP)
            listed = f"[{','.join(map(str, drafts))}]"
            found: Shelved = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(SHELVES, (listed,))}
            for draft, shelf in found.items():
                connection.execute(CHANGE_SHELF, (*changed(draft, shelf), draft))
            return found

        return await self._database.write(work)


def _entry(row: sqlite3.Row) -> DraftEntry:
    return DraftEntry(
        row["id"],
        text_from_sql(row["name"] or ""),
        text_from_sql(row["beginning"]),
        time_from_sql(row["saved_at"]),
        row["project"],
        None if row["trashed_at"] is None else time_from_sql(row["trashed_at"]),
    )


def _save(connection: sqlite3.Connection, draft: Draft, at: datetime) -> Draft:
    values: dict[str, SqlValue] = {
        "saved_at": to_sql(at),
        "takes": draft.takes,
        "caret": draft.caret,
        **request_to_sql(draft.request),
        "set_aside": media_to_sql(draft.request.set_aside),
    }
    document = add_document(connection, at, draft.id or None)
    keep_autosave(connection, document, values["prompt"], at)
    connection.execute(SAVE_DRAFT, {**values, "id": document})
    return replace(draft, id=document, saved_at=at)
