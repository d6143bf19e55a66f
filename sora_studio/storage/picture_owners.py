"""Which posters, filmstrips, pasted pictures and frames the database still names."""

import glob
import json
import re
import sqlite3
from collections.abc import Collection
from pathlib import PurePath

from sora_studio.domain.picture import FRAME, PASTED
from sora_studio.storage.database import Database
from sora_studio.storage.rescue import DAMAGED
from sora_studio.storage.rows import text_from_sql

POSTERS = "SELECT poster FROM clips WHERE id IN (SELECT value FROM json_each(?))"
FILMSTRIPS = "SELECT filmstrip FROM clips WHERE id IN (SELECT value FROM json_each(?))"
HAS_TASKS = "SELECT EXISTS (SELECT 1 FROM tasks)"
# Texts that name files: JSON, whose paths may be escaped. File names of this program's own pictures are plain ASCII.
MEDIA = {
    "tasks": ("images", "media", "edits"),
    "versions": ("images", "media", "edits"),
    "drafts": ("images", "media", "edits", "set_aside"),
    "projects": ("defaults",),
}
PAGE = 2000
_OWN_PICTURE = re.compile(rf"(?:{PASTED}|{FRAME})-[0-9a-f]+\.png")


class PictureOwners:
    """Answers by file name alone: a data folder may have been moved since the path was written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def knows_all(self) -> bool:
        """Return whether a picture without an owner here has none at all.

        Not when the database is empty, perhaps because its file was moved, or while a damaged one is kept: its tasks may yet be
        recovered.
        """
        file = self._database.path

        def work(connection: sqlite3.Connection) -> bool:
            is_damaged = any(file.parent.glob(f"{glob.escape(file.name)}{DAMAGED}*"))
            return not is_damaged and bool(connection.execute(HAS_TASKS).fetchone()[0])

        return await self._database.read(work)

    async def posters_of(self, clips: Collection[int]) -> set[str]:
        """Return the names of these clips' posters."""
        return await self._names(POSTERS, clips)

    async def filmstrips_of(self, clips: Collection[int]) -> set[str]:
        """Return the names of these clips' filmstrips."""
        return await self._names(FILMSTRIPS, clips)

    async def names_of_media(self) -> set[str]:
        """Return the names of all pasted pictures and frames that any task, version, draft or project mentions, trashed or not.

        Reads in pages, so that other reads are not delayed. What is written meanwhile may be missed.
        """
        names = set[str]()
        for table, columns in MEDIA.items():
            after = 0
            while True:
                last, found = await self._database.read(lambda connection: _page(connection, table, columns, after))  # noqa: B023
                names |= found
                if last is None:
                    break
                after = last
        return names

    async def _names(self, query: str, clips: Collection[int]) -> set[str]:
        def work(connection: sqlite3.Connection) -> set[str]:
            rows = connection.execute(query, (json.dumps([*clips]),))
            return {PurePath(text_from_sql(path)).name for (path,) in rows if path is not None}

        return await self._database.read(work)


def _page(connection: sqlite3.Connection, table: str, columns: Collection[str], after: int) -> tuple[int | None, set[str]]:
    """Return the last id of the page, None at the end, and the names in it."""
    last, names = None, set[str]()
    # The names are constants.
    query = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > ? ORDER BY id LIMIT {PAGE}"  # noqa: S608
    for row in connection.execute(query, (after,)):
        last = row[0]
        for text in row[1:]:
            if text is not None:
                names.update(_OWN_PICTURE.findall(text_from_sql(text)))
    return last, names
