"""The tiles that are loaded, and which are to be read next."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from sora_studio.domain.library import TileFacts

KEPT_TILES = 4_000
"""About 4 MB; a large screen shows some 200."""
BATCH = 96


class TileCache:
    """An LRU cache by task id. None stands for a task that is gone, so that it is not asked for again."""

    def __init__(self) -> None:
        self._tiles = OrderedDict[int, TileFacts | None]()
        self._outdated = set[int]()
        self._being_read = frozenset[int]()
        self._changed_meanwhile = set[int]()

    def get(self, task: int) -> TileFacts | None:
        """Return the tile if it is loaded."""
        return self._tiles.get(task)

    def begin(self, batch: Iterable[int]) -> None:
        """Note that these are being read: what changes from now on is to be read once more."""
        self._being_read = frozenset(batch)
        self._changed_meanwhile.clear()

    def put(self, tiles: Iterable[TileFacts]) -> list[int]:
        """Keep what was read of the batch; return the ids whose tiles are new or changed."""
        found = {tile.id: tile for tile in tiles}
        changed = list[int]()
        for task in self._being_read:
            tile = found.get(task)
            if task not in self._tiles or self._tiles[task] != tile:
                changed.append(task)
            self._tiles[task] = tile
            self._tiles.move_to_end(task)
        self._outdated -= self._being_read
        self._outdated |= self._changed_meanwhile
        while len(self._tiles) > KEPT_TILES:
            self._tiles.popitem(last=False)
        return changed

    def outdate(self, tasks: Iterable[int], shown: Iterable[int]) -> bool:
        """Mark tiles as changed: those on the screen stay until they are read again, the others are dropped.

        Returns whether any tile on the screen is to be read again.
        """
        kept = set(shown)
        for task in tasks:
            if task in self._being_read:
                self._changed_meanwhile.add(task)
            if task in kept:
                self._outdated.add(task)
            else:
                self._tiles.pop(task, None)
                self._outdated.discard(task)
        return not self._outdated.isdisjoint(kept)

    def missing(self, *parts: Sequence[int]) -> list[int]:
        """Return the ids to be read next, those of the first parts first, at most one batch."""
        wanted = dict[int, None]()
        for part in parts:
            for task in part:
                if task not in self._tiles or task in self._outdated:
                    wanted[task] = None
                    if len(wanted) == BATCH:
                        return list(wanted)
        return list(wanted)

    def touch(self, tasks: Iterable[int]) -> None:
        """Mark these as just used."""
        for task in tasks:
            if task in self._tiles:
                self._tiles.move_to_end(task)
