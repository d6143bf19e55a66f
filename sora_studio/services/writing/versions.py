"""The versions of a draft: listed, named, compared and restored. Every text that was sent is one; pauses make others."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.domain.events import DraftsChanged
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.version import MOST_NAME, Version, VersionEntry
from sora_studio.domain.writing.comparison import Comparison, compare
from sora_studio.domain.writing.difference import difference
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps

if TYPE_CHECKING:
    from sora_studio.storage.version_history import SqliteVersions

MOST_STEPS = 20
STEPS_FROM = timedelta(days=7)
THIN_AFTER_S = 90.0
THIN_EVERY_S = 6 * 3600.0
MOST_COUNTED = 120
"""Comparing so many long texts takes about half a second, once."""
_MOST_KNOWN = 2_000
_FIRST_WORDS = 60
"""Characters."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed in the one before it: words added and removed, and the first words of it."""

    added: int
    removed: int
    first: str


class Versions:
    """Reads versions and changes their names. A version's text never changes, so that differences are remembered."""

    def __init__(self, core: Core, versions: "SqliteVersions", steps: UndoSteps, *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._versions = versions
        self._steps = steps
        self._is_owner = is_owner
        self._changes = OrderedDict[tuple[int, int], Change]()

    async def run(self) -> None:
        """Drop autosaved versions that are too many for their age every few hours, until cancelled.

        Only the owner of the data folder does this. A failure costs only space until the next time.
        """
        await self._core.clock.sleep(THIN_AFTER_S)
        while True:
            if self._is_owner():
                with contextlib.suppress(StorageFull, DatabaseUnusable):
                    await self._versions.thin(self._core.clock.now())
            await self._core.clock.sleep(THIN_EVERY_S)

    async def listed(self, document: int) -> Sequence[VersionEntry]:
        """Return the versions of a document, the newest first."""
        return await self._versions.listed(document)

    async def count(self, document: int) -> tuple[int, int]:
        """Return how many versions of a document are kept for ever, as they were sent or named, and the newest; 0 for none."""
        return await self._versions.count(document)

    async def changes(self, versions: Sequence[Version]) -> Mapping[int, Change]:
        """Return what each version changed in the next one of the sequence, by id, for the first ones of many."""
        pairs = list(pairwise(versions[:MOST_COUNTED]))
        unknown = [(now, before) for now, before in pairs if (now.id, before.id) not in self._changes]
        if unknown:
            self._changes |= await asyncio.to_thread(lambda: {(now.id, old.id): _change(old, now) for now, old in unknown})
        found = {now.id: self._changes[now.id, before.id] for now, before in pairs}
        while len(self._changes) > _MOST_KNOWN:
            self._changes.popitem(last=False)
        return found

    async def compare(self, before: GenerationRequest, after: GenerationRequest) -> Comparison:
        """Compare two versions, takes or what is being written, off the caller's thread."""
        return await asyncio.to_thread(compare, before, after, self._core.profiles)

    async def earlier_texts(self, document: int) -> Sequence[str]:
        """Return the texts of the last days' versions, oldest first, for undo after a restart."""
        since = self._core.clock.now() - STEPS_FROM
        return await self._versions.recent_texts(document, since=since, most=MOST_STEPS)

    async def name(self, version: Version, name: str) -> None:
        """Give a version a name, so that it is kept for ever; an empty one takes the name away."""
        name = " ".join(name.split())[:MOST_NAME]
        if name == version.name:
            return
        former = await self._versions.name(version.id, name)
        self._steps.add("Version named" if name else "Name of a version removed", self._putting_back(version.id, former))
        self._core.events.publish(DraftsChanged())

    async def keep(self, document: int) -> Version | None:
        """Keep the draft's stored text as a version before it is replaced, unless it is one; return the newest version."""
        kept = await self._versions.keep(document)
        self._core.events.publish(DraftsChanged())
        return kept

    async def restore(self, version: Version) -> Version | None:
        """Make a version the newest one again, after what is written now is kept; None if it is gone."""
        made = await self._versions.restore(version.document, version.id, at=self._core.clock.now())
        self._core.events.publish(DraftsChanged())
        return made

    def _putting_back(self, version: int, name: str) -> PutBack:
        async def put_back() -> PutBack:
            former = await self._versions.name(version, name)
            self._core.events.publish(DraftsChanged())
            return self._putting_back(version, former)

        return put_back


def _change(before: Version, after: Version) -> Change:
    found = difference(before.request.prompt, after.request.prompt)
    return Change(found.added, found.removed, found.first_change[:_FIRST_WORDS])
