"""`export`: writes what a query finds into a new file. Asks no service, and starts no work."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.cli.catalogue import load_models
from sora_studio.cli.commands import ExportCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.opened_database import opened
from sora_studio.cli.report import ProgressBar, say
from sora_studio.domain.exports import Exported, ExportFormat
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.media.local import LocalMedia
from sora_studio.transfers import build_exporting

_NAMED = 10
"""Missing files that are named; the manifest has them all."""


async def export(command: ExportCommand, folder: Path) -> ExitCode:
    """Write the file and print its path. Raises `StudioError`; then there is no file."""
    profiles: Mapping[str, ModelProfile] = {}
    if command.format is ExportFormat.EVIDENCE:
        profiles = await load_models(folder)
    media, bar = LocalMedia(), ProgressBar()
    async with opened(folder) as database:
        exporting = build_exporting(database, media, profiles, lambda: datetime.now(UTC))
        try:
            made = await exporting.export(
                await exporting.find(command.search),
                command.format,
                command.path,
                title=command.search or "Contact sheet",
                on_progress=lambda done, of: bar.draw(done / max(of, 1), f"{done:,} of {of:,} tasks"),
            )
        finally:
            media.close()
            bar.clear()
    _tell(made, bar)
    return ExitCode.SAVED


def _tell(made: Exported, bar: ProgressBar) -> None:
    clips = f" and {made.clips:,} clip{'s' * (made.clips != 1)}" if made.clips else ""
    say(f"{made.tasks:,} task{'s' * (made.tasks != 1)}{clips} exported.")
    if made.missing:
        words = "1 clip is" if len(made.missing) == 1 else f"{len(made.missing):,} clips are"
        say(f"{words} not in it, because the file cannot be read:")
        for name in made.missing[:_NAMED]:
            say(f"  {name}")
        if len(made.missing) > _NAMED:
            say(f"  and {len(made.missing) - _NAMED:,} more; the bundle's manifest lists them.")
    bar.write(str(made.path))
