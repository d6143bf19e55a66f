"""Opens the database for commands that need no service."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sora_studio.cli.report import UpdateNotice
from sora_studio.disk_calls import on_disk
from sora_studio.storage.database import Database
from sora_studio.storage.lock import DataFolderLock
from sora_studio.storage.migrations import is_older


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Database]:
    """Open the data folder's database beside whatever uses it; bring one of an older version up to date if nothing does.

    Mending a damaged one is left to those who say what they mended.
    """
    path = folder / "studio.db"
    lock, database = DataFolderLock(folder), Database(path)
    is_owner = await on_disk(folder, lambda: is_older(path)) and await asyncio.to_thread(lock.try_acquire)
    try:
        await database.open(guest=not is_owner, on_update=UpdateNotice().take)
        yield database
    finally:
        await database.close()
        lock.release()
