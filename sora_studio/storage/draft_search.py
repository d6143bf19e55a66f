"""Finds drafts by the words of their texts and names. There are few of them: they are looked through, not indexed."""

import sqlite3
from collections.abc import Sequence

from sora_studio.domain.search_words import fold, has_word
from sora_studio.storage.database import Database
from sora_studio.storage.rows import text_from_sql

REVISIONS = """
    SELECT drafts.id, drafts.revision, coalesce(name, '') AS name
    FROM drafts JOIN documents USING (id) ORDER BY drafts.revision DESC
"""
TEXTS = "SELECT id, revision, prompt FROM drafts WHERE id IN (SELECT value FROM json_each(?))"
AT_ONCE = 50
"""Texts that are read and folded in one go, in about 20 ms, so that other reads wait briefly."""


class DraftSearch:
    """Keeps the folded texts, because folding takes all the time; what has changed is read again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folded = dict[int, tuple[int, str]]()

    async def find(self, words: str) -> list[int]:
        """Return the drafts that have all the words, the one that was saved last first; those in the trash, too."""
        wanted = fold(words).split()
        rows = await self._database.read(lambda connection: connection.execute(REVISIONS).fetchall())
        await self._read([row["id"] for row in rows if self._folded.get(row["id"], (0, ""))[0] != row["revision"]])
        for gone in self._folded.keys() - {row["id"] for row in rows}:
            del self._folded[gone]
        return [row["id"] for row in rows if self._has(row["id"], fold(text_from_sql(row["name"])), wanted)]

    def _has(self, draft: int, name: str, words: Sequence[str]) -> bool:
        text = self._folded.get(draft, (0, ""))[1]
        return all(has_word(text, word) or has_word(name, word) for word in words)

    async def _read(self, drafts: Sequence[int]) -> None:
        for start in range(0, len(drafts), AT_ONCE):
            listed = f"[{','.join(map(str, drafts[start : start + AT_ONCE]))}]"
            self._folded |= await self._database.read(lambda connection: _folded(connection, listed))  # noqa: B023 - awaited


def _folded(connection: sqlite3.Connection, listed: str) -> dict[int, tuple[int, str]]:
    return {row["id"]: (row["revision"], fold(text_from_sql(row["prompt"]))) for row in connection.execute(TEXTS, (listed,))}
