"""Actions of the window that the search box runs by name, when its text begins with `>`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sora_studio.domain.search_words import fold, has_word

SIGN = ">"


def _always() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """An action, its shortcut in Qt's portable form, and why it cannot run now: an empty reason means that it can."""

    words: str
    run: Callable[[], object]
    keys: str = ""
    reason: Callable[[], str] = _always


def matching(commands: Iterable[Command], typed: str) -> list[Command]:
    """Return the commands of which every typed word begins a word, in their order; those that begin with the text first."""
    asked = fold(typed)
    found = [command for command in commands if all(has_word(fold(command.words), word) for word in asked.split())]
    return sorted(found, key=lambda command: not fold(command.words).startswith(asked))
