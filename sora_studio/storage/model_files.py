"""The files of the installed models: lists, reads, saves and restores them. Everything here blocks."""

import os
from dataclasses import replace
from pathlib import Path

from sora_studio.atomic_file import write_whole
from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.model_file import ModelFile, ModelText, Origin
from sora_studio.domain.models.read import MAX_PROFILE_CHARS
from sora_studio.storage.disk_errors import told_of_folder
from sora_studio.storage.own_files import free_name
from sora_studio.storage.profiles import read_profile
from sora_studio.storage.toml_files import toml_files

UNSAVED = "unsaved"
"""A folder beside the profiles, which is not read as models; `proposed` in it is for texts of proposals."""
_PROPOSED = "proposed"


class ModelFiles:
    """The shipped profiles and the user's own. All methods raise `StorageFull` and `DataFolderUnusable`.

    Nothing that the user wrote is lost: what a save or a restore takes away is kept under a backup name, which is returned.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped, self._own = shipped, own

    def list(self) -> list[ModelFile]:
        """Return every file in use and every one that cannot be read, by title; those that cannot be read first."""
        with told_of_folder(self._own):
            own = {path.name: path for path in toml_files(self._own)}
            unsaved = self._unsaved_names()
        shipped = {path.name: path for path in toml_files(self._shipped)}
        found = list[ModelFile]()
        for name, path in (shipped | own).items():
            origin = Origin.SHIPPED if name not in own else Origin.REPLACES if name in shipped else Origin.OWN
            profile, error = read_profile(path)
            if error is not None and origin is Origin.REPLACES:
                profile, _ = read_profile(shipped[name])
            found.append(ModelFile(name, origin, profile, error, has_unsaved=name in unsaved))
        return sorted(found, key=_place)

    def open(self, name: str) -> ModelText:
        """Return the text of the file in use and what was typed for it. Raises `ProfileError` for one that is too long."""
        shipped = _text(self._shipped / name)
        own = _text(self._own / name)
        text = own if own is not None else shipped
        opened = ModelText(name, text or "", own, is_shipped=shipped is not None)
        return replace(opened, unsaved=self._read_unsaved(opened))

    def open_proposal(self, proposal: Path) -> ModelText:
        """Return the text of a proposal for the file of the same name. Raises `ProfileError` for one that is too long."""
        opened = replace(self.open(proposal.name), text=_text(proposal) or "", proposal=proposal)
        return replace(opened, unsaved=self._read_unsaved(opened))

    def save(self, name: str, text: str, *, over: str | None) -> str:
        """Save the user's own file and return the name of a backup, empty if none was needed.

        `over` is the text that is knowingly replaced, None for no file: any other is kept as a backup.
        """
        path = self._own / name
        with told_of_folder(self._own):
            backup = ""
            if os.path.lexists(path) and _text_or_none(path) not in (over, text):
                backup = self._back_up(path)
            write_whole(path, text.encode())
        return backup

    def restore(self, name: str) -> str:
        """Set the user's own file aside, so that the shipped one is used; return the name under which it is kept."""
        path = self._own / name
        with told_of_folder(self._own):
            backup = free_name(path)
            path.rename(backup)
        return backup.name

    def undo_restore(self, name: str, backup: str) -> bool:
        """Put a file that was set aside back; return False if there is a new one in its place or the backup is gone."""
        path = self._own / name
        with told_of_folder(self._own):
            if os.path.lexists(path) or not os.path.lexists(self._own / backup):
                return False
            (self._own / backup).rename(path)
        return True

    def keep_unsaved(self, opened: ModelText, text: str) -> None:
        """Keep a text that is not saved yet for the next opening."""
        with told_of_folder(self._own):
            write_whole(self._unsaved_path(opened), text.encode())

    def forget_unsaved(self, opened: ModelText) -> None:
        """Delete the text that was kept."""
        with told_of_folder(self._own):
            self._unsaved_path(opened).unlink(missing_ok=True)

    def make_folder(self) -> Path:
        """Return the folder of the user's own files, which exists then."""
        with told_of_folder(self._own):
            self._own.mkdir(parents=True, exist_ok=True)
        return self._own

    def _unsaved_path(self, opened: ModelText) -> Path:
        folder = self._own / UNSAVED
        return (folder / _PROPOSED if opened.proposal else folder) / opened.name

    def _read_unsaved(self, opened: ModelText) -> str | None:
        return _text(self._unsaved_path(opened))

    def _unsaved_names(self) -> set[str]:
        return {path.name for path in toml_files(self._own / UNSAVED)}

    def _back_up(self, path: Path) -> str:
        backup = free_name(path)
        write_whole(backup, path.read_bytes())
        return backup.name


def _place(file: ModelFile) -> tuple[bool, str]:
    title = file.profile.title if file.profile else file.name
    return file.error is None, title.casefold()


def _text(path: Path) -> str | None:
    """Return the text of a file, None without one. Bytes that are not UTF-8 are replaced; a save then keeps a backup."""
    with told_of_folder(path.parent):
        try:
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                text = file.read(MAX_PROFILE_CHARS + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except IsADirectoryError:
            raise ProfileError(path.name, 0, "It is a folder.") from None
    if len(text) > MAX_PROFILE_CHARS:
        raise ProfileError(path.name, 0, f"It is longer than {MAX_PROFILE_CHARS:,} characters and cannot be a profile.")
    return text


def _text_or_none(path: Path) -> str | None:
    """Return the exact text of a file; None for one that cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError):
        return None
