"""What the program knows of film: the vocabulary, hints for a text and its variants, worked out off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.difference import Difference, difference
from sora_studio.domain.writing.hint_cache import HintCache
from sora_studio.domain.writing.hints import Hint
from sora_studio.domain.writing.outline import Outline, read_outline
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.remix import Variant, remix
from sora_studio.domain.writing.terms import TermSpan, Vocabulary

if TYPE_CHECKING:
    from sora_studio.domain.hint_choices import HintChoices
    from sora_studio.storage.hint_choices import HintChoicesFile
    from sora_studio.storage.prompt_files import PromptFiles

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a text: all its hints by place, its terms, its outline, and how many seconds its action takes."""

    hints: Sequence[Hint]
    terms: Sequence[TermSpan]
    outline: Outline
    needed_s: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A variant of a text, and what it changes."""

    variant: Variant
    difference: Difference


class Hinting:
    """One thread reads the files and looks at texts, one after the other. Of several texts that wait, the last one counts."""

    def __init__(self, files: "PromptFiles", choices: "HintChoicesFile") -> None:
        self._files = files
        self._choices_file = choices
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hints")
        self._cache: HintCache | None = None
        self._beside: HintCache | None = None
        self._wanted = 0
        self._is_closed = False

    @property
    def errors(self) -> Sequence[ProfileError]:
        """Why files of the person's own were left out."""
        return self._files.errors

    async def vocabulary(self) -> Vocabulary:
        """Return the terms; the first call reads their files."""
        return await self._do(lambda: self._files.vocabulary)

    async def choices(self) -> "HintChoices":
        """Return which rules are off, ever or for a draft."""
        return await self._choices_file.load()

    async def choose(self, choices: "HintChoices") -> None:
        """Keep which rules are off. Raises `StorageFull` and `FolderSilent`."""
        await self._choices_file.save(choices)

    async def look(self, text: str, context: PromptContext, *, off: frozenset[str]) -> Looked | None:
        """Return what is known of a text; None if another text was asked about since."""
        self._wanted += 1
        wanted = self._wanted

        def work() -> Looked | None:
            if wanted != self._wanted:
                return None
            if self._cache is None:
                self._cache = HintCache(self._files.book)
            hints = self._cache.hints(text, context, off=off)
            return Looked(hints, self._files.vocabulary.find(text), read_outline(text), self._cache.needed_s(text))

        found = await self._do(work)
        return found if wanted == self._wanted else None

    async def count(self, text: str, context: PromptContext, *, off: frozenset[str]) -> int:
        """Return how many hints there are for a text beside the one that is being written."""

        def work() -> int:
            if self._beside is None:
                self._beside = HintCache(self._files.book)
            return len(self._beside.hints(text, context, off=off))

        return await self._do(work)

    async def remix(self, text: str) -> Sequence[Proposal]:
        """Return the text in another light, with another camera and pace; always the same ones in the same order."""

        def work() -> Sequence[Proposal]:
            variants = remix(text, self._files.vocabulary.find(text), self._files.axes)
            return [Proposal(variant, difference(text, variant.text)) for variant in variants]

        return await self._do(work)

    def close(self) -> None:
        """End the thread; what it still does is finished."""
        self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _do(self, work: Callable[[], T]) -> T:
        if self._is_closed:  # the window asks once more while the program ends
            raise asyncio.CancelledError
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
