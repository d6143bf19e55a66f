"""The checkup of the database and of the files that it names."""

import asyncio
import os
import stat
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.checkup import CheckState, Fact, Finding
from sora_studio.domain.clip import ClipFile
from sora_studio.domain.errors import DatabaseUnusable, FolderSilent, StorageFull
from sora_studio.services.clips.expiry import SOON, VERY_SOON
from sora_studio.storage.backups import ROOM_LEFT_BYTES, Backups
from sora_studio.storage.inspection import NEWEST_VERSION, Inspection, inspect_database
from sora_studio.viewmodels.quantities import size_text, time_of_day_text

INSPECT_WITHIN_S = 60.0
LOOK_WITHIN_S = 20.0
_FOLDERS_AT_ONCE = 8
_BACKUP_LATE_AFTER = timedelta(days=3)
_OWNED_FOLDERS = ("pasted", "frames", "posters", "filmstrips")
_NEW_FOR = timedelta(hours=1)
"""A file this young may belong to a draft that is not saved yet."""


async def check_database(folder: Path, now: datetime) -> tuple[Finding, Inspection | None]:
    """Return the finding, and what an intact database contains."""
    path = folder / "studio.db"

    def look() -> tuple[Inspection | None, list[datetime], int]:
        backups = Backups(path)
        times = backups.times()
        return inspect_database(path, now), times, sum(_size(backups.path(time)) for time in times)

    try:
        found, backups, backup_bytes = await on_disk(folder, look, within_s=INSPECT_WITHIN_S)
    except FolderSilent as silent:
        return Finding("database", CheckState.PROBLEM, silent.title, "Connect it, then try again."), None
    except (DatabaseUnusable, StorageFull) as error:
        return Finding("database", CheckState.PROBLEM, error.title, error.advice), None
    last = next(iter(backups), None)
    facts: dict[str, Fact] = {
        "backups": len(backups),
        "backup_bytes": backup_bytes,
        "last_backup_at": last.isoformat() if last else None,
    }
    if found is None:
        return _without_database(facts, backups), None
    facts |= {"version": found.version, "size_bytes": found.size_bytes, "tasks": found.tasks}
    words = [f"Intact, version {found.version}, {size_text(found.size_bytes)}, {_counted(found.tasks, 'task')}."]
    if last is None:
        words.append("No backup yet; one is made after half a minute in the window.")
    else:
        words.append(
            f"{_counted(len(backups), 'backup')} of {size_text(backup_bytes)}, the last of {time_of_day_text(last, now)}."
        )
    if found.version < NEWEST_VERSION:
        words.append(f"The next start updates it to version {NEWEST_VERSION}, after a backup.")
    state, do = CheckState.OK, ""
    if last is not None and found.changed_at is not None and found.changed_at - last > _BACKUP_LATE_AFTER:
        needed = size_text(found.size_bytes + ROOM_LEFT_BYTES)
        state, do = CheckState.WARNING, f"Leave Sora Studio open for a minute. A backup needs {needed} of free space."
        words.append("It was changed since, so a backup is overdue.")
    return Finding("database", state, " ".join(words), do, facts), found


def _without_database(facts: dict[str, Fact], backups: Sequence[datetime]) -> Finding:
    if not backups:
        return Finding("database", CheckState.OK, "There is none yet. The first start creates it.", facts=facts)
    say = "There is no database, but there are backups of one."
    do = "If it was not deleted on purpose, copy the newest backup to studio.db before you start Sora Studio."
    return Finding("database", CheckState.PROBLEM, say, do, facts)


async def check_files(folder: Path, inspection: Inspection | None, now: datetime) -> Finding:
    """Check that saved clips are where the database says, and count files that no row refers to."""
    if inspection is None:
        return Finding("files", CheckState.SKIPPED, "Not checked: there is no database to say which files there should be.")
    clips = await _count_clips(inspection.clips)
    unowned, unowned_bytes = await _count_unowned(folder, inspection.owned, now)
    soon, last_day = (sum(at - now <= time for at in inspection.expiring) for time in (SOON, VERY_SOON))
    facts: dict[str, Fact] = {
        "saved": clips["saved"],
        "missing": clips["missing"],
        "unanswered": clips["silent"],
        "unsaved": len(inspection.expiring),
        "expiring": soon,
        "unowned": unowned,
        "unowned_bytes": unowned_bytes,
    }
    say, do, state = [f"{_counted(clips['saved'], 'clip')} saved, {clips['missing']:,} missing."], list[str](), CheckState.OK
    if clips["missing"]:
        state = CheckState.PROBLEM
        do.append("Put missing files back where they were, fetch them again in the window, or move them to the trash.")
    if clips["silent"]:
        state = CheckState.PROBLEM
        say.append(f"{_counted(clips['silent'], 'clip')} in folders that do not answer.")
        do.append("Connect the network share or drive.")
    if inspection.expiring:
        say.append(f"{_counted(len(inspection.expiring), 'clip')} still to be saved; {soon:,} of these links expire in 3 days.")
    if soon:
        state = CheckState.PROBLEM if last_day or state is CheckState.PROBLEM else CheckState.WARNING
        do.append('Open Sora Studio or run "sora-studio watch" to save the clips before their links expire.')
    if unowned:
        say.append(f"{_counted(unowned, 'file')} ({size_text(unowned_bytes)}) in the data folder belong to no task or draft.")
    return Finding("files", state, " ".join(say), " ".join(do), facts)


async def _count_clips(clips: Iterable[ClipFile]) -> Counter[str]:
    folders = defaultdict[str, list[ClipFile]](list)
    for clip in clips:
        folders[os.path.dirname(clip.path)].append(clip)  # noqa: PTH120 - ten times as fast, for many thousands
    counts, gate = Counter[str](), asyncio.Semaphore(_FOLDERS_AT_ONCE)

    async def look(folder: str, files: Sequence[ClipFile]) -> None:
        async with gate:
            try:
                found = await on_disk(Path(folder), lambda: sum(map(_is_there, files)), within_s=LOOK_WITHIN_S)
            except FolderSilent:
                counts["silent"] += len(files)
            else:
                counts["saved"] += found
                counts["missing"] += len(files) - found

    await asyncio.gather(*(look(folder, files) for folder, files in folders.items()))
    return counts


async def _count_unowned(folder: Path, owned: frozenset[str], now: datetime) -> tuple[int, int]:
    """Return how many files of ours no row refers to, and their total size."""
    oldest_new = (now - _NEW_FOR).timestamp()

    def look() -> tuple[int, int]:
        sizes = list[int]()
        for name in _OWNED_FOLDERS:
            try:
                with os.scandir(folder / name) as entries:
                    for entry in entries:
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(status.st_mode) and entry.name not in owned and status.st_mtime < oldest_new:
                            sizes.append(status.st_size)
            except OSError:  # there is no such folder yet
                continue
        return len(sizes), sum(sizes)

    try:
        return await on_disk(folder, look, within_s=LOOK_WITHIN_S)
    except FolderSilent:
        return 0, 0


def _is_there(file: ClipFile) -> bool:
    """Return whether the file exists; the recorded state if that cannot be determined."""
    try:
        return stat.S_ISREG(os.stat(file.path).st_mode)  # noqa: PTH116 - as above
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return file.is_saved


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
