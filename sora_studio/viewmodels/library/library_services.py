"""The services that the library room's grid uses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sora_studio.domain.library import LibraryIndex, TileFacts


@dataclass(frozen=True, slots=True)
class LibraryServices:
    """Reads of the library, by task id.

    `find` returns the index of a query, given as the search box's text. `rows` returns the tiles of these tasks in any order,
    without those that are gone. `takes_of` returns the stack of a task in order, itself included. `files_of` returns the files
    of the saved clips.
    """

    find: Callable[[str], Awaitable[LibraryIndex]]
    rows: Callable[[Sequence[int]], Awaitable[Sequence[TileFacts]]]
    takes_of: Callable[[int], Awaitable[Sequence[int]]]
    files_of: Callable[[Sequence[int]], Awaitable[Sequence[Path]]]
