"""What a folder held when its clips were last checked, so that a change is found without checking each file again."""

import os
import sys
import time
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import ClipFile
from sora_studio.domain.errors import FolderSilent

SETTLED_AFTER_S = 2.0
"""A folder may change again within the same tick of its file system's clock; FAT counts in steps of two seconds."""
_ABSENT = 0
_FEW = 20
_SMALL_CHARACTERS = 2000
"""Listings shorter than this are compared by name."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """Time of a folder's last change in nanoseconds, and its entries as `/a/b/`; None for what cannot be known.

    The entries are one text, in the order of the file system: a hundred thousand names take 4 MB, and comparing them is a
    comparison of memory.
    """

    stamp: int | None
    entries: str | None


UNKNOWN = FolderState(None, None)


class KnownFolder:
    """A folder with clips: its state before they were checked, and which clip each name belongs to.

    Takes 16 bytes a clip: two columns of numbers, rather than names and objects.
    """

    def __init__(self, state: FolderState) -> None:
        self.state = state
        self._names = array("q")
        self._clips = array("q")

    @property
    def clips(self) -> list[int]:
        """All clips that have had a file in this folder."""
        return self._clips.tolist()

    def add(self, files: Iterable[ClipFile]) -> None:
        """Add clips that were not known yet."""
        for file in files:
            self._names.append(_key(os.path.basename(file.path)))  # noqa: PTH119 - ten times as fast, for many thousands
            self._clips.append(file.clip)

    def replace(self, files: list[ClipFile]) -> None:
        """Add clips, some of which may be known already, perhaps by another name."""
        if not (numbers := {file.clip for file in files}).isdisjoint(self._clips):
            kept = [(name, clip) for name, clip in zip(self._names, self._clips, strict=True) if clip not in numbers]
            self._names = array("q", (name for name, _ in kept))
            self._clips = array("q", (clip for _, clip in kept))
        self.add(files)

    def changed(self, state: FolderState) -> list[int]:
        """Return the clips whose files may have appeared or disappeared since the folder's known state, then know the new one.

        A name that was replaced by a folder of the same name is not found.
        """
        before, self.state = self.state, state
        if before.entries is None or state.entries is None:
            return self.clips
        keys = self._known(set(map(_key, differing(before.entries, state.entries))))
        if not keys:
            return []
        return [clip for name, clip in zip(self._names, self._clips, strict=True) if name in keys]

    def _known(self, keys: set[int]) -> set[int]:
        """Leave out keys of no clip if there are few: finding that in memory is faster than a walk through all names."""
        if len(keys) > _FEW:
            return keys
        names = self._names.tobytes()
        return {key for key in keys if key.to_bytes(8, sys.byteorder, signed=True) in names}


async def stamp_of(folder: str) -> int | None:
    """Return when the folder's entries last changed, in nanoseconds; None if that is unknown or was just now."""
    try:
        return await on_disk(Path(folder), lambda: _stamp(folder))
    except FolderSilent:
        return None


async def state_of(folder: str) -> FolderState:
    """Return the folder's time and then its entries. Raises `FolderSilent`."""
    return await on_disk(Path(folder), lambda: FolderState(_stamp(folder), _entries(folder)))


def differing(before: str, after: str) -> Iterator[str]:
    """Yield the names that only one of two listings has. A name that has moved within the listing may be yielded too.

    File systems list the entries that stay in the same order, so that both are cut at a common name, again and again.
    """
    if before == after:
        return
    start = before.find("/", len(before) // 2, -1)
    at = after.find(before[start : before.index("/", start + 1) + 1]) if start > 0 and len(before) > _SMALL_CHARACTERS else 0
    if at <= 0:
        yield from set(before.split("/")) ^ set(after.split("/"))
    else:
        yield from differing(before[: start + 1], after[: at + 1])
        yield from differing(before[start:], after[at:])


def _stamp(folder: str) -> int | None:
    try:
        changed_ns = os.stat(folder).st_mtime_ns  # noqa: PTH116 - as above
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    except (OSError, ValueError):
        return None
    return changed_ns if abs(time.time() - changed_ns / 1e9) > SETTLED_AFTER_S else None  # both by the system's clock


def _entries(folder: str) -> str | None:
    try:
        return f"/{'/'.join(os.listdir(folder))}/"  # noqa: PTH208 - as above
    except (FileNotFoundError, NotADirectoryError):
        return "//"
    except (OSError, ValueError):
        return None


def _key(name: str) -> int:
    """Return a number for a name, the same for all that some file system takes for it: macOS decomposes, Windows folds."""
    return hash((name if name.isascii() else unicodedata.normalize("NFC", name)).casefold())
