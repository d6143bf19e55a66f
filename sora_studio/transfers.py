"""Builds export and import on an open database: for a studio, and for commands that need none."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.media.local import LocalMedia
from sora_studio.services.library.exporting.exporting import Exporting
from sora_studio.services.library.importing.importing import Importing
from sora_studio.storage.database import Database
from sora_studio.storage.exports import SqliteExports
from sora_studio.storage.imports import SqliteImports
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks


def build_exporting(
    database: Database, media: LocalMedia, profiles: Mapping[str, ModelProfile], now: Callable[[], datetime]
) -> Exporting:
    """Return the export of a database. `profiles` rebuild requests for evidence."""
    return Exporting(
        SqliteTasks(database),
        LibraryQueries(database),
        SqliteProjects(database),
        SqliteExports(database),
        profiles=profiles,
        shrink=media.shrink_image,
        now=now,
    )


def build_importing(
    database: Database,
    media: LocalMedia,
    data_dir: Path,
    clips: Callable[[], Path],
    *,
    now: Callable[[], datetime],
    on_write: Callable[[], None] = lambda: None,
) -> Importing:
    """Return the import into a database; `clips` is the folder that the clips of bundles go to."""
    return Importing(
        SqliteImports(database),
        clips=clips,
        posters=data_dir / "posters",
        save_poster=media.save_poster,
        now=now,
        on_write=on_write,
    )
