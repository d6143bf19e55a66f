"""Looks through a folder for clips and the metadata beside them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.errors import FileUnusable, FolderSilent
from sora_studio.domain.exports import Progress
from sora_studio.domain.file_kinds import HEAD_BYTES
from sora_studio.domain.film_edit import FILM_ENDINGS
from sora_studio.domain.imports import LeftOut
from sora_studio.services.library.importing.fields import Malformed, parsed
from sora_studio.services.library.importing.lost_and_found import FoundClip, is_metadata

MOST_METADATA_BYTES = 8 << 20
_AT_ONCE = 100
"""Files of one call, so that a slow share meets its deadline."""


@dataclass(slots=True)
class Scan:
    """The clips of a folder, and what is left out."""

    clips: list[FoundClip] = field(default_factory=list[FoundClip])
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])


async def scan(folder: Path, on_progress: Progress) -> Scan:
    """Return what a folder and its subfolders hold. Raises `FileUnusable` if it cannot be read, and `FolderSilent`."""
    try:
        files = await on_disk(folder, lambda: _files(folder), within_s=WORK_WITHIN_S)
        found = Scan()
        for start in range(0, len(files), _AT_ONCE):
            page = files[start : start + _AT_ONCE]
            part = await on_disk(folder, lambda page=page: _read(page), within_s=WORK_WITHIN_S)
            found.clips += part.clips
            found.left_out += part.left_out
            on_progress(min(start + _AT_ONCE, len(files)), len(files))
    except FolderSilent:
        raise
    except OSError as error:
        raise FileUnusable(f"{folder} cannot be read: {error.strerror or error}.", advice="Nothing was imported.") from error
    return found


def _files(folder: Path) -> list[tuple[Path, bool]]:
    """Return the files that may be clips, and whether there is a JSON file beside each. Symbolic links are not followed."""
    found = list[tuple[Path, bool]]()

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        described = {name for name in names if name.lower().endswith(".json")}
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or name in described or name.endswith(".part"):
                continue
            has_metadata = path.with_suffix(".json").name in described
            if has_metadata or path.suffix[1:].lower() in FILM_ENDINGS:
                found.append((path, has_metadata))
    return found


def _read(files: Sequence[tuple[Path, bool]]) -> Scan:
    scan = Scan()
    for path, has_metadata in files:
        is_film = path.suffix[1:].lower() in FILM_ENDINGS
        if not has_metadata:
            scan.left_out.append(LeftOut(path, "There is no metadata file beside it."))
            continue
        try:
            fields = parsed(_content(path.with_suffix(".json")))
            if not is_metadata(fields):
                raise Malformed("it was not made by this program")
            if not path.is_file() or path.is_symlink():
                raise Malformed("the clip is not a plain file")
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
            scan.clips.append(FoundClip(path, path.stat().st_size, head, fields))
        except Malformed as error:
            if is_film:
                scan.left_out.append(LeftOut(path, f"Its metadata cannot be used: {error}."))
        except OSError as error:
            scan.left_out.append(LeftOut(path, f"It cannot be read: {error.strerror or error}."))
    return scan


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_METADATA_BYTES + 1)
    if len(content) > MOST_METADATA_BYTES:
        raise Malformed("it is too large")
    return content
