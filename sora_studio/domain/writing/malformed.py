"""What is malformed in a text that a person typed, at the character."""

from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.domain.errors import UserError
from sora_studio.domain.prompt import place_of


@dataclass(frozen=True, slots=True)
class Flaw:
    """A sentence about the characters from `start` to `end` of a text."""

    start: int
    end: int
    message: str


class MalformedText(UserError):
    """A text with signs that cannot be read as they stand. `flaws` are in the order of the text."""

    def __init__(self, text: str, flaws: Sequence[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__(" ".join(f"{place_of(text, flaw.start)}: {flaw.message}" for flaw in self.flaws))
