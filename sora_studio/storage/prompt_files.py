"""Vocabulary and rules of hints from disk: the shipped ones, and the user's own, which extend or replace them."""

import time
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.read import MAX_PROFILE_CHARS
from sora_studio.domain.writing.remix import Axis, read_axes
from sora_studio.domain.writing.rule_book import RuleBook
from sora_studio.domain.writing.rule_tables import read_rules
from sora_studio.domain.writing.rules import Rule
from sora_studio.domain.writing.term_tables import read_terms
from sora_studio.domain.writing.terms import Vocabulary, with_own
from sora_studio.storage.toml_files import read_toml, toml_files

REMIX = "remix.toml"
VOCABULARY, HINTS = "vocabulary", "hints"
"""Folders in `resources/prompts` and in `prompts` of the data folder."""
_PAUSE_S = 0.0005
"""Reading holds Python's lock; between two files the window's thread gets its turn."""
T = TypeVar("T")


class PromptFiles:
    """Reads each kind of file when it is first asked for, which blocks for tens of milliseconds; not on the window's thread.

    A file that cannot be used is left out as a whole and reported in `errors`; all others are in use.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped, self._own = shipped, own
        self._errors = list[ProfileError]()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return the terms, in the order of the kinds' files."""
        shipped, own = self._read(VOCABULARY, read_terms)
        return Vocabulary(with_own(shipped, own))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules, a person's own after the shipped ones."""
        shipped, own = self._read(HINTS, read_rules)
        return (*shipped, *own)

    @cached_property
    def book(self) -> RuleBook:
        """Return rules and vocabulary, prepared for looking at texts."""
        return RuleBook(self.rules, self.vocabulary)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """Return what a remix may change; this file is the shipped one only."""
        return read_axes(read_toml(self._shipped / REMIX), REMIX)

    @property
    def errors(self) -> tuple[ProfileError, ...]:
        """Return why files were left out, of those kinds that were asked for."""
        return tuple(self._errors)

    def _read(self, kind: str, read: Callable[[str, str], Iterable[T]]) -> tuple[list[T], list[T]]:
        return self._read_folder(self._shipped / kind, read), self._read_folder(self._own / kind, read)

    def _read_folder(self, folder: Path, read: Callable[[str, str], Iterable[T]]) -> list[T]:
        found = list[T]()
        try:
            paths = toml_files(folder)
        except OSError as error:
            self._errors.append(ProfileError(folder.name, 0, f"The folder cannot be read: {error.strerror or error}."))
            return found
        for path in paths:
            time.sleep(_PAUSE_S)
            try:
                text = read_toml(path)
                if len(text) > MAX_PROFILE_CHARS:
                    raise ProfileError(path.name, 0, f"It is longer than {MAX_PROFILE_CHARS:,} characters.")
                found.extend(read(text, path.name))
            except ProfileError as error:
                self._errors.append(error)
        return found
