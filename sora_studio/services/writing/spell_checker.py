"""Spell checking with the Hunspell dictionaries that the system has. Off, quietly, where chunspell is not installed."""

import asyncio
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from sora_studio.atomic_file import write_whole
from sora_studio.disk_calls import WORK_WITHIN_S, DiskThreads, on_disk
from sora_studio.domain.errors import FolderSilent

OWN_WORDS = "words.txt"
"""The file of added words in the data folder, one a line."""
MOST_SUGGESTIONS = 6
_T = TypeVar("_T")


class _Dictionary(Protocol):
    def spell(self, word: str) -> bool: ...
    def suggest(self, word: str) -> Sequence[str]: ...


class SpellChecker:
    """Checks words in one language at a time. Dictionaries are read and asked on one thread of their own.

    Nothing is ever wrong while no language is chosen, or once its folder has stopped answering.
    """

    def __init__(self, data_dir: Path, folders: Sequence[Path] | None = None) -> None:
        """`folders` are searched for dictionaries, the first with a language serves it; None means the usual ones."""
        self._data_dir = data_dir
        self._folders = folders
        self._threads = DiskThreads(at_once=1)  # Hunspell must not be called twice at a time
        self._files: Mapping[str, Path] = {}
        self._folder: Path | None = None
        self._dictionary: _Dictionary | None = None
        self._own = frozenset[str]()
        self._writing = asyncio.Lock()

    @cached_property
    def is_available(self) -> bool:
        """Whether chunspell is installed."""
        return find_spec("hunspell") is not None

    async def languages(self) -> tuple[str, ...]:
        """Return the languages that have a dictionary, such as `en_US`."""
        if not self.is_available:
            return ()
        found = dict[str, Path]()
        for folder in self._folders if self._folders is not None else usual_folders(self._data_dir):
            try:
                languages = await on_disk(folder, partial(_languages_in, folder))
            except FolderSilent:
                continue
            found = dict.fromkeys(languages, folder) | found
        self._files = found
        return tuple(sorted(found))

    async def choose(self, language: str | None) -> bool:
        """Check in this language from now on; None checks nothing. Return whether there is such a dictionary."""
        self._dictionary = self._folder = None
        if not self.is_available or language is None:
            return False
        if language not in self._files:
            await self.languages()
        folder = self._files.get(language)
        if folder is None:
            return False
        self._own = await on_disk(self._data_dir, partial(_read_words, self._data_dir / OWN_WORDS))
        opened = await self._ask(folder, partial(_open, folder, language))
        self._dictionary, self._folder = opened, folder
        return opened is not None

    async def wrong(self, words: Collection[str]) -> frozenset[str]:
        """Return the words that neither the dictionary nor the person knows."""
        dictionary, folder = self._dictionary, self._folder
        asked = frozenset(words) - self._own
        if dictionary is None or folder is None or not asked:
            return frozenset()
        return await self._ask(folder, partial(_wrong_of, dictionary, asked)) or frozenset()

    async def suggest(self, word: str) -> tuple[str, ...]:
        """Return what may have been meant, the best first."""
        dictionary, folder = self._dictionary, self._folder
        if dictionary is None or folder is None:
            return ()
        return await self._ask(folder, partial(_suggestions, dictionary, word)) or ()

    async def add(self, word: str) -> None:
        """Know a word from now on. Raises `OSError` if it cannot be saved."""
        async with self._writing:
            self._own |= {word}
            self._own |= await on_disk(
                self._data_dir, partial(_add_word, self._data_dir / OWN_WORDS, word), within_s=WORK_WITHIN_S
            )

    async def _ask(self, folder: Path, work: Callable[[], _T]) -> _T | None:
        try:
            return await self._threads.run(folder, work, within_s=WORK_WITHIN_S)
        except (FolderSilent, OSError):
            return None


def usual_folders(data_dir: Path) -> list[Path]:
    """Return where dictionaries usually are; those of the data folder first, chunspell's own last."""
    home = Path.home()
    named = [Path(folder) for folder in os.environ.get("DICPATH", "").split(os.pathsep) if folder]
    system = {
        "darwin": [home / "Library/Spelling", Path("/Library/Spelling")],
        "win32": [Path(os.environ.get("APPDATA", home)) / "hunspell"],
    }.get(sys.platform, [home / ".local/share/hunspell", *map(Path, ("/usr/share/hunspell", "/usr/share/myspell/dicts"))])
    package = find_spec("hunspell")
    shipped = [Path(package.origin).parent / "dictionaries"] if package and package.origin else []
    return [data_dir / "dictionaries", *named, *system, *shipped]


def _languages_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    rules = {file.stem for file in folder.glob("*.aff")}
    return [file.stem for file in folder.glob("*.dic") if file.stem in rules]


def _read_words(file: Path) -> frozenset[str]:
    try:
        return frozenset(filter(None, map(str.strip, file.read_text(encoding="utf-8", errors="replace").splitlines())))
    except OSError:
        return frozenset()


def _add_word(file: Path, word: str) -> frozenset[str]:
    """Add to the words of the file, which another window may have changed; return them all."""
    words = _read_words(file) | {word}
    write_whole(file, "".join(f"{known}\n" for known in sorted(words)).encode())
    return words


def _open(folder: Path, language: str) -> _Dictionary:
    hunspell = cast("Any", import_module("hunspell"))  # without types, and perhaps not installed
    return hunspell.Hunspell(language, hunspell_data_dir=str(folder), system_encoding="utf-8")


def _wrong_of(dictionary: _Dictionary, words: Collection[str]) -> frozenset[str]:
    return frozenset(word for word in words if not _is_known(dictionary, word))


def _is_known(dictionary: _Dictionary, word: str) -> bool:
    try:
        return dictionary.spell(word)
    except UnicodeEncodeError:  # of another script, which this dictionary does not judge
        return True


def _suggestions(dictionary: _Dictionary, word: str) -> tuple[str, ...]:
    try:
        return tuple(dictionary.suggest(word)[:MOST_SUGGESTIONS])
    except UnicodeEncodeError:
        return ()
