"""Builds export and import on an open database: for a studio, and for commands that need none."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sora_studio.clock import Clock
from sora_studio.domain.events import DraftsChanged
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.media.local import LocalMedia
from sora_studio.services.engine import Engine
from sora_studio.services.library.exporting.exporting import Exporting
from sora_studio.services.library.importing.importing import Importing
from sora_studio.services.library.importing.prompts import PromptSending, PromptTables
from sora_studio.services.library.judging import Judging
from sora_studio.services.models.estimates import Estimates
from sora_studio.services.runtime.core import Core
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
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
    database: Database, media: LocalMedia, data_dir: Path, clips: Callable[[], Path], *, core: Core | None = None
) -> Importing:
    """Return the import into a database; `clips` is the folder that the clips of bundles go to.

    With a `core`, the other services learn of what came in at once.
    """

    def tell() -> None:
        if core is not None:
            core.task_writer.on_write()

    return Importing(
        SqliteImports(database),
        clips=clips,
        posters=data_dir / "posters",
        save_poster=media.save_poster,
        now=Clock().now,
        on_write=tell,
    )


def build_prompt_tables(core: Core, drafts: SqliteDrafts, estimates: Estimates, usual_model: Callable[[], str]) -> PromptTables:
    """Return what reads tables of prompts in a running studio."""
    return PromptTables(
        core.profiles,
        drafts,
        usual_model=usual_model,
        price_of=lambda request, profile: estimates.estimate(request, profile).price,
        now=core.clock.now,
        on_kept=lambda: core.events.publish(DraftsChanged()),
    )


def build_prompt_sending(
    engine: Engine, judging: Judging, projects: SqliteProjects, callback: Callable[[], bool]
) -> PromptSending:
    """Return what makes tasks of tables in a running studio. `callback`: reports are wanted, if a relay can receive them."""
    return PromptSending(
        engine.submission,
        judging,
        projects,
        now=Clock().now,
        wants_report=lambda: callback() and engine.reports.state.configured,
    )
