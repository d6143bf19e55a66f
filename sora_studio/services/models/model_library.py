"""The models on this computer for whoever manages them: lists and edits their files, checks for new ones, installs proposals.

What is saved is read at the next start: a running task keeps the profile that it was sent with.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.models.model_file import ModelFile, ModelText
from sora_studio.domain.models.profile import ModelProfile

if TYPE_CHECKING:
    from sora_studio.services.models.model_check import ModelCheck, ModelReport
    from sora_studio.storage.model_files import ModelFiles

T = TypeVar("T")


class ModelLibrary:
    """Runs everything that touches the disk off the loop.

    All methods raise `FolderSilent`, `StorageFull` and `DataFolderUnusable`. `check_of` returns a check of the given profiles,
    and may raise `InvalidSetting`.
    """

    def __init__(
        self, files: "ModelFiles", folder: Path, check_of: "Callable[[Mapping[str, ModelProfile]], ModelCheck]"
    ) -> None:
        """`folder` is that of the user's own files."""
        self._files, self._folder, self._check_of = files, folder, check_of

    async def list(self) -> list[ModelFile]:
        """Return the files as they are now, by title; those that cannot be read first."""
        return await self._do(self._files.list, within_s=WORK_WITHIN_S)

    async def check(self) -> "ModelReport":
        """Compare what the service publishes with the files as they are now. Raises what `ModelCheck.check` raises too."""
        profiles = (file.profile for file in await self.list())
        return await self._check_of({profile.slug: profile for profile in profiles if profile}).check()

    async def open(self, name: str) -> ModelText:
        """Return the text of a file. Raises `ProfileError` for one that cannot be a profile, for example for its length."""
        return await self._do(partial(self._files.open, name))

    async def open_proposal(self, proposal: Path) -> ModelText:
        """Return the text of a proposal. Raises `ProfileError` as `open` does."""
        return await self._do(partial(self._files.open_proposal, proposal))

    async def install(self, proposal: Path) -> str:
        """Make a proposal the user's own file; return the name under which an earlier one is kept, else an empty text."""
        opened = await self.open_proposal(proposal)
        return await self._do(partial(self._files.save, proposal.name, opened.text, over=None))

    async def save(self, name: str, text: str, *, over: str | None) -> str:
        """Save the user's own file, and return the name of a backup if the file held neither `over` nor `text`."""
        return await self._do(partial(self._files.save, name, text, over=over))

    async def restore(self, name: str) -> str:
        """Use the shipped file instead of the user's own; return the name under which that is kept."""
        return await self._do(partial(self._files.restore, name))

    async def undo_restore(self, name: str, backup: str) -> bool:
        """Put the user's own file back; return whether that was possible."""
        return await self._do(partial(self._files.undo_restore, name, backup))

    async def keep_unsaved(self, opened: ModelText, text: str) -> None:
        """Keep a text that is not saved yet for the next opening."""
        await self._do(partial(self._files.keep_unsaved, opened, text))

    async def forget_unsaved(self, opened: ModelText) -> None:
        """Delete the text that was kept."""
        await self._do(partial(self._files.forget_unsaved, opened))

    async def make_folder(self) -> Path:
        """Return the folder of the user's own files, which exists then."""
        return await self._do(self._files.make_folder)

    async def _do(self, work: Callable[[], T], *, within_s: float | None = None) -> T:
        return await on_disk(self._folder, work, within_s=within_s)
