"""The checkup of the folders that the program writes to, and of their disks' free space."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.checkup import CheckState, Fact, Finding, worst
from sora_studio.domain.disk_space import CLIP_BYTES, has_room, is_full
from sora_studio.domain.errors import FolderSilent
from sora_studio.folders import write_where_it_would_be
from sora_studio.viewmodels.quantities import size_text


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to check. `key` names it in JSON (`data`, `clips`, or a project's folder by its path), `what` in sentences."""

    key: str
    what: str
    folder: Path


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """`trouble` says why files cannot be written there; empty if they can. A full disk counts as writable.

    `usage` is the disk's free and total bytes; None if unknown. `is_silent`: it did not answer within the deadline.
    """

    place: Place
    exists: bool
    trouble: str
    usage: tuple[int, int] | None
    is_silent: bool = False
    device: int | None = None


async def look_at_place(place: Place) -> PlaceFound:
    """Check one folder. Writes a test file without a name, and creates no folder."""
    try:
        return await on_disk(place.folder, lambda: _look(place))
    except FolderSilent:
        return PlaceFound(place, exists=False, trouble="it does not answer", usage=None, is_silent=True)


def check_folders(found: Sequence[PlaceFound], trouble: str) -> Finding:
    """Return the finding for all folders; `trouble` is what of the settings could not be used."""
    states, say, do, facts = list[CheckState](), list[str](), list[str](), dict[str, Fact]()
    for one in found:
        what, folder = one.place.what.capitalize(), one.place.folder
        facts[one.place.key] = {
            "path": str(folder),
            "exists": one.exists,
            "writable": not one.trouble,
            "answers": not one.is_silent,
            "free_bytes": one.usage[0] if one.usage else None,
        }
        states.append(CheckState.PROBLEM if one.trouble else CheckState.OK)
        if one.is_silent:
            say.append(f"{what} {folder} does not answer.")
            do.append("Connect the network share or drive.")
        elif one.trouble:
            say.append(f"{what} {folder} cannot be used: {one.trouble}.")
            do.append(_WHAT_TO_DO.get(one.place.key, _OF_A_PROJECT))
        else:
            say.append(f"{what} {folder}: writable." if one.exists else f"{what} {folder}: not there yet; it can be created.")
    if trouble:
        states.append(CheckState.WARNING)
        say.append(trouble)
        do.append("Correct settings.toml, or save the settings in the window.")
    return Finding("folders", worst(states), " ".join(say), " ".join(dict.fromkeys(do)), facts)


def _named(place: Place) -> str:
    return str(place.folder) if place.key == str(place.folder) else f"the {place.what}"


_WHAT_TO_DO = {
    "data": "Give this user the right to write there, or name another folder in SORA_STUDIO_DATA_DIR.",
    "clips": "Give this user the right to write there, or choose another folder in Settings.",
}
_OF_A_PROJECT = "Give this user the right to write there, or give its project another folder."


def check_disk(found: Sequence[PlaceFound]) -> Finding:
    """Return the finding for the free space of the folders' disks, each disk once."""
    say, facts, states, devices = list[str](), dict[str, Fact](), list[CheckState](), set[int]()
    for one in found:
        if one.usage is None or (one.device is not None and one.device in devices):
            continue
        devices |= {one.device} if one.device is not None else set[int]()
        free, total = one.usage
        enough = has_room(free_bytes=free, disk_bytes=total, wanted_bytes=CLIP_BYTES)
        facts[one.place.key] = {"free_bytes": free, "total_bytes": total, "enough": enough}
        states.append(CheckState.OK if enough else CheckState.PROBLEM)
        say.append(f"{size_text(free)} free of {size_text(total)} on the disk of {_named(one.place)}.")
    if not states:
        return Finding("disk", CheckState.SKIPPED, "Not checked: no folder answered.")
    state = worst(states)
    do = "Free some space, or choose another folder for clips: nothing is sent while a clip could not be saved."
    return Finding("disk", state, " ".join(say), do if state is CheckState.PROBLEM else "", facts)


def _look(place: Place) -> PlaceFound:
    folder, trouble = place.folder, ""
    try:
        write_where_it_would_be(folder)
        if folder.is_dir():
            os.listdir(folder)  # noqa: PTH208 - a folder may be written without being read
    except OSError as error:
        trouble = "" if is_full(error) else error.strerror or str(error)
    existing = next((one for one in (folder, *folder.parents) if os.path.exists(one)), folder)  # noqa: PTH110 - never raises
    try:
        usage, device = shutil.disk_usage(existing), os.stat(existing).st_dev  # noqa: PTH116
    except OSError:
        return PlaceFound(place, exists=existing == folder, trouble=trouble, usage=None)
    return PlaceFound(place, existing == folder, trouble, (usage.free, usage.total), device=device)
