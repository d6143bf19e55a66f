"""A library in memory: tiles by id, and the services that the grid reads them through."""

import asyncio
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.library import DayGroup, LibraryIndex, TileFacts
from sora_studio.viewmodels.library.library_services import LibraryServices

TODAY = date(2026, 11, 25)
TITLES = (
    "Desert road at first light",
    "Neon alley, handheld",
    "Two ducks cross a ridge",
    "Aerial over terraced rice fields",
    "She turns slowly, hair in the wind",
    "Snow settles on a quiet tram stop",
    "Lantern on dark water",
    "Fir forest, fog lifting",
    "Lighthouse keeper at dusk",
)


def tile(task: int, *, days_ago: int = 0, **changes: object) -> TileFacts:
    """Return a tile whose facts follow from its number."""
    day = TODAY - timedelta(days=days_ago)
    is_portrait = task % 5 == 4
    made = TileFacts(
        id=task,
        title=TITLES[task % len(TITLES)],
        day=day,
        created_at=datetime.combine(day, time(9, task % 60), UTC),
        model="Sora 2",
        options="15 s · portrait" if is_portrait else "10 s · landscape",
        length_s=15.0 if is_portrait else 10.0,
        width=720 if is_portrait else 1280,
        height=1280 if is_portrait else 720,
        cost_usd=0.5,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class MemoryLibrary:
    """Newest first, as `put` adds them. With `gate` set, reads of rows wait for it; `reads` are the ids asked for."""

    def __init__(self) -> None:
        self.tiles = dict[int, TileFacts]()
        self.stacks = dict[int, Sequence[int]]()
        self.reads = list[tuple[int, ...]]()
        self.cancelled = list[tuple[int, ...]]()
        self.searches = list[str]()
        self.gate: asyncio.Event | None = None
        self.trouble: Exception | None = None

    def put(self, *tiles: TileFacts) -> None:
        self.tiles |= {one.id: one for one in tiles}

    def index(self, query: str = "") -> LibraryIndex:
        found = [one for one in self.tiles.values() if query.casefold() in one.title.casefold()]
        found.sort(key=lambda one: (one.day, one.id), reverse=True)
        return index_of(found)

    async def find(self, query: str) -> LibraryIndex:
        self.searches.append(query)
        await asyncio.sleep(0)
        return self.index(query)

    async def rows(self, tasks: Sequence[int]) -> Sequence[TileFacts]:
        self.reads.append(tuple(tasks))
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled.append(tuple(tasks))
            raise
        if self.trouble:
            raise self.trouble
        return [self.tiles[task] for task in tasks if task in self.tiles]

    async def takes_of(self, task: int) -> Sequence[int]:
        return self.stacks.get(task, (task,))

    async def files_of(self, tasks: Sequence[int]) -> Sequence[Path]:
        return [Path(f"/clips/{task}.mp4") for task in tasks]

    def services(self) -> LibraryServices:
        return LibraryServices(self.find, self.rows, self.takes_of, self.files_of)


def index_of(tiles: Iterable[TileFacts]) -> LibraryIndex:
    """Return the index of tiles that are in display order."""
    groups, ids = list[DayGroup](), array("q")
    for one in tiles:
        if groups and groups[-1].day == one.day:
            groups[-1] = replace(groups[-1], count=groups[-1].count + 1)
        else:
            groups.append(DayGroup(one.day, 1))
        ids.append(one.id)
    return LibraryIndex(ids, tuple(groups))


def judged(task: int, *, days_ago: int = 0) -> TileFacts:
    """Return a tile with a verdict and stars, some with takes."""
    verdict = (Verdict.KEPT, None, Verdict.REJECTED, Verdict.KEPT, None)[task % 5]
    stars = task * 7 % 6 if verdict is Verdict.KEPT else 0
    return tile(task, days_ago=days_ago, verdict=verdict, stars=stars, takes=4 if task % 6 == 0 else 1)
