"""Checks for new models: what the service publishes against the installed profiles. Installs nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.models.differences import differences
from sora_studio.domain.models.model_index import IndexEntry, PublishedModels, SchemaFile
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.proposal import propose
from sora_studio.domain.models.published import read_published

if TYPE_CHECKING:
    from sora_studio.storage.proposals import SavedProposal


class Change(StrEnum):
    """What has become of a model."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One model that is new, changed or gone, with a sentence for each difference or uncertainty.

    `proposal` is the file of a proposed profile, `schema` that of what it was made from.
    """

    slug: str
    title: str
    change: Change
    differences: tuple[str, ...] = ()
    proposal: Path | None = None
    schema: Path | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about what could not be compared: one model, or without `slug` the index."""

    sentence: str
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.slug}: {self.sentence}" if self.slug else self.sentence


@dataclass(frozen=True, slots=True)
class ModelReport:
    """The changes in the order of the index, and remarks about what could not be compared."""

    changes: tuple[ModelChange, ...]
    remarks: tuple[Remark, ...]


class ModelCheck:
    """Fetches only when asked. `save` blocks: it stores the schema and the text of a proposal of a model."""

    def __init__(
        self,
        *,
        fetch: Callable[[], Awaitable[PublishedModels]],
        profiles: Mapping[str, ModelProfile],
        save: Callable[[str, bytes, str], "SavedProposal"],
        today: Callable[[], date],
    ) -> None:
        self._fetch = fetch
        self._profiles = profiles
        self._save = save
        self._today = today

    async def check(self) -> ModelReport:
        """Return what is new, changed or gone, and save a proposal for each new or changed model.

        Raises `ConnectionFailed` and `ServiceUnavailable` if the index cannot be read; `StorageFull` and `DataFolderUnusable`
        if a proposal cannot be saved.
        """
        published = await self._fetch()
        changes, remarks = list[ModelChange](), list[Remark]()
        for entry in published.index.entries:
            change, remark = await asyncio.to_thread(self._compare, entry, published.schemas[entry.slug])
            changes += [change] if change else []
            remarks += [Remark(remark, entry.slug)] if remark else []
        if published.index.skipped:
            remarks.append(Remark(f"{published.index.skipped:,} entries of the index are not used."))
        return ModelReport((*changes, *self._gone(published)), tuple(remarks))

    def _compare(self, entry: IndexEntry, file: SchemaFile) -> tuple[ModelChange | None, str]:
        """Return the change of one model, and a remark if it could not be compared."""
        installed = self._profiles.get(entry.slug)
        found = ("It is offered again.",) if installed and installed.status is Status.GONE else ()
        if file.trouble:
            return self._unread(entry, installed, file.trouble, found)
        schema = read_published(file.content)
        if installed is not None:
            found = (*found, *differences(schema, installed))
            if not found:
                return None, schema.reason
        proposal = propose(schema, slug=entry.slug, title=entry.title, url=file.address, day=self._today())
        saved = self._save(entry.slug, file.raw, proposal.text)
        found = (*found, proposal.reason) if proposal.reason else found
        change = Change.NEW if installed is None else Change.CHANGED
        title = installed.title if installed else entry.title
        return ModelChange(entry.slug, title, change, found, saved.profile, saved.schema), ""

    def _unread(
        self, entry: IndexEntry, installed: ModelProfile | None, trouble: str, found: tuple[str, ...]
    ) -> tuple[ModelChange | None, str]:
        if installed is None:
            return ModelChange(entry.slug, entry.title, Change.NEW, (trouble,)), ""
        return (ModelChange(entry.slug, installed.title, Change.CHANGED, found) if found else None), trouble

    def _gone(self, published: PublishedModels) -> Iterator[ModelChange]:
        for slug, profile in self._profiles.items():
            if slug not in published.index.listed and profile.status is not Status.GONE:
                yield ModelChange(slug, profile.title, Change.GONE)
