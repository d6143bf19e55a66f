"""The files of snippets, cards and templates: reads, saves, removes, imports and exports them. Everything here blocks.

Each shelf has a folder of its own. What is replaced or removed is never lost: a change returns what was there before, a file
that was edited elsewhere meanwhile is kept as a backup, and what is removed goes to the folder `trash` beside the shelves.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sora_studio.atomic_file import write_whole
from sora_studio.domain.errors import InvalidSetting, ProfileError
from sora_studio.domain.naming import safe_name
from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_item import (
    MOST_FILE_CHARS,
    PromptItem,
    Shelf,
    read_item,
    shelf_of,
    title_of,
    write_item,
)
from sora_studio.domain.writing.templates import Template
from sora_studio.folders import why_unusable
from sora_studio.storage.disk_errors import told_of_folder
from sora_studio.storage.own_files import free_name
from sora_studio.storage.prompt_trash import PromptTrash

TRASH = "trash"
MOST_PICTURE_BYTES = 100_000_000
MOST_NAME_BYTES = 80
_MOST_BYTES = 4 * MOST_FILE_CHARS


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a file of a shelf held before a change and holds after it; None: there is no file."""

    shelf: Shelf
    file: str
    before: bytes | None
    after: bytes | None


Changes = tuple[FileChange, ...]


class PromptItemFiles:
    """The shipped items and the user's own in `folder`, which replace shipped ones of the same file name.

    All methods that touch the user's folder raise `StorageFull` and `DataFolderUnusable`.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped, self.folder, self._trash = shipped, own, PromptTrash(own / TRASH)

    def read(self) -> PromptCollection:
        """Return everything that can be used, and why the rest cannot."""
        kept, errors = list[KeptItem](), list[ProfileError]()
        for shelf in Shelf:
            found = list[KeptItem]()
            for path, own in self._files(shelf):
                try:
                    found.append(self._read(path, shelf, own=own))
                except ProfileError as error:
                    errors.append(error)
            kept += _without_namesakes(sorted(found, key=_place), errors)
        return PromptCollection(tuple(kept), tuple(errors))

    def save(self, item: PromptItem, *, instead_of: KeptItem | None = None) -> tuple[KeptItem, Changes]:
        """Save an item and return it as it is read now. A card's picture is copied beside its file.

        Raises `InvalidSetting` if another item has its name or its picture cannot be read, and `ProfileError` for an item that
        no file can describe.
        """
        shelf, folder = shelf_of(item), self.folder / shelf_of(item)
        write_item(item)
        with told_of_folder(self.folder):
            self._refuse_namesake(item, instead_of)
            file = self._file_for(item, instead_of)
            stored = item
            if isinstance(item, Card) and item.picture:
                stored = replace(item, picture=_keep_picture(Path(item.picture), folder, Path(file).stem))
            path = folder / file
            content = write_item(stored).encode()
            expected = instead_of.text.encode() if instead_of and instead_of.file == file and instead_of.own else None
            changes = [self._write(shelf, file, content, expected=expected)]
            if instead_of is not None and instead_of.own and instead_of.file != file:
                changes += self._discard(instead_of)
        return self._read(path, shelf, own=True), tuple(changes)

    def remove(self, kept: Sequence[KeptItem]) -> Changes:
        """Move the user's own files to the trash; shipped ones stay."""
        with told_of_folder(self.folder):
            return tuple(change for one in kept if one.own for change in self._discard(one))

    def put_back(self, changes: Changes) -> Changes:
        """Take changes back, in reverse order, and return those that were made by that. What that deletes is in the trash."""
        with told_of_folder(self.folder):
            return tuple(
                self._write(change.shelf, change.file, change.before, expected=change.after) for change in reversed(changes)
            )

    def read_trash(self) -> tuple[KeptItem, ...]:
        """Return what is in the trash, the newest first; `file` is the name that the file had."""
        with told_of_folder(self.folder):
            found = list(self._trash.list())
        kept = list[KeptItem]()
        for shelf, file, path in found:
            with suppress(ProfileError):  # what could not be read there cannot be read here either
                kept.append(self._item(_text(path), shelf, file, own=True))
        return tuple(kept)

    def restore(self, trashed: KeptItem) -> tuple[KeptItem, Changes]:
        """Take an item out of the trash. Raises `InvalidSetting` if another one has its name."""
        with told_of_folder(self.folder):
            self._refuse_namesake(trashed.item, None)
            file, content = self._file_for(trashed.item, None), trashed.text.encode()
            change = self._write(trashed.shelf, file, content, expected=None)
            self._trash.take(trashed.shelf, trashed.file, content)
        return self._item(trashed.text, trashed.shelf, file, own=True), (change,)

    def import_file(self, path: Path) -> tuple[KeptItem, Changes]:
        """Add the item of a file from anywhere. Raises like `save`, and `ProfileError` for a file that is none."""
        item = read_item(_text(path), path.name)
        if isinstance(item, Card) and item.picture:
            item = replace(item, picture=str(path.parent / item.picture))
        return self.save(item)

    def export(self, kept: KeptItem, to: Path, *, replaces: bool) -> None:
        """Write an item to a file, with its picture beside it. Without `replaces` an existing file is refused.

        Raises `InvalidSetting`.
        """
        item = kept.item
        try:
            if not replaces and os.path.lexists(to):
                raise InvalidSetting(f"There is a file {to.name} already.", advice="Choose another name.")
            if isinstance(item, Card) and item.picture:
                item = replace(item, picture=_keep_picture(Path(item.picture), to.parent, to.stem))
            write_whole(to, write_item(item).encode())
        except OSError as error:
            raise InvalidSetting(f"{to.name} cannot be written: {why_unusable(to.parent, error)}.") from error

    def _files(self, shelf: Shelf) -> Iterator[tuple[Path, bool]]:
        """Yield the files in use, each with whether it is the user's own."""
        with told_of_folder(self.folder):
            own = _toml_files(self.folder / shelf)
        shipped = _toml_files(self._shipped / shelf)
        yield from ((path, name in own) for name, path in (shipped | own).items())

    def _read(self, path: Path, shelf: Shelf, *, own: bool) -> KeptItem:
        item = self._item(_text(path), shelf, path.name, own=own)
        if item.shelf is not shelf:
            raise ProfileError(path.name, 0, f"It belongs into the folder {item.shelf}, not into {shelf}.")
        return item

    def _item(self, text: str, shelf: Shelf, file: str, *, own: bool) -> KeptItem:
        """Return the item of a text, with the full path of a card's picture."""
        item = read_item(text, file)
        if isinstance(item, Card) and item.picture:
            folder = (self.folder if own else self._shipped) / shelf
            item = replace(item, picture=str(folder / item.picture))  # a full path stays
        return KeptItem(item, file, own, text)

    def _refuse_namesake(self, item: PromptItem, instead_of: KeptItem | None) -> None:
        if isinstance(item, Template):  # its name is that of its file, and a free one is found
            return
        former = instead_of.file if instead_of else None
        names = (one.item.name.casefold() for one in self.read().kept if one.shelf is shelf_of(item) and one.file != former)
        if item.name.casefold() in names:
            raise InvalidSetting(f"There is {title_of(item)} already.", advice="Choose another name.")

    def _file_for(self, item: PromptItem, instead_of: KeptItem | None) -> str:
        """Return the name of the item's file: the one that it has as long as its name stays, else a free one."""
        shelf = shelf_of(item)
        if instead_of is not None and (isinstance(item, Template) or instead_of.item.name.casefold() == item.name.casefold()):
            return instead_of.file
        stem = safe_name(item.name.casefold(), limit=MOST_NAME_BYTES)
        file, number = f"{stem}.toml", 1
        while any(os.path.lexists(folder / shelf / file) for folder in (self.folder, self._shipped)):
            number += 1
            file = f"{stem}-{number}.toml"
        return file

    def _write(self, shelf: Shelf, file: str, content: bytes | None, *, expected: bytes | None) -> FileChange:
        """Give a file its content, or delete it (None). What it holds instead of `expected` is kept as a backup."""
        path = self.folder / shelf / file
        before = _bytes(path)
        if before is not None and before not in (expected, content):
            write_whole(free_name(path), before)
        if content is None and before is not None:
            self._trash.put(shelf, file, before)
            path.unlink()
        elif content is not None and content != before:
            write_whole(path, content)
            self._trash.take(shelf, file, content)
        return FileChange(shelf, file, before, content)

    def _discard(self, kept: KeptItem) -> list[FileChange]:
        """Move the file of an item to the trash, whatever it holds now."""
        before = _bytes(self.folder / kept.shelf / kept.file)
        return [self._write(kept.shelf, kept.file, None, expected=before)] if before is not None else []


def _place(kept: KeptItem) -> tuple[str, str]:
    title = kept.item.title if isinstance(kept.item, Template) else kept.item.name
    return title.casefold(), kept.file


def _without_namesakes(found: Sequence[KeptItem], errors: list[ProfileError]) -> Iterator[KeptItem]:
    """Yield the items; of two with the same name only the first, and an error about the other."""
    files = dict[str, str]()
    for kept in found:
        name = kept.item.name.casefold()
        if name in files:
            errors.append(ProfileError(kept.file, 0, f"{title_of(kept.item)} is in {files[name]} already."))
            continue
        files[name] = kept.file
        yield kept


def _toml_files(folder: Path) -> dict[str, Path]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {name: folder / name for name in names if name.endswith(".toml") and not name.startswith(".")}


def _text(path: Path) -> str:
    """Return the text of a file. Raises `ProfileError`."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError(path.name, 0, "It is not text in UTF-8.") from None
    except OSError as error:
        raise ProfileError(path.name, 0, f"It cannot be read: {error.strerror or error}.") from error


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _keep_picture(picture: Path, folder: Path, stem: str) -> str:
    """Return the name of a picture in the folder: its own if it is there, else that of a copy. Raises `InvalidSetting`."""
    if picture.parent == folder:
        return picture.name
    try:
        if picture.stat().st_size > MOST_PICTURE_BYTES:
            raise InvalidSetting(f"{picture.name} is too large for a card.")
        content = picture.read_bytes()
    except OSError as error:
        raise InvalidSetting(f"The picture {picture.name} cannot be read: {error.strerror or error}.") from error
    name, number = f"{stem}{picture.suffix.lower()}", 1
    while (found := _bytes(folder / name)) is not None and found != content:
        number += 1
        name = f"{stem}-{number}{picture.suffix.lower()}"
    if found is None:
        write_whole(folder / name, content)
    return name
