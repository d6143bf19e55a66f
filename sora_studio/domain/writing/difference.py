"""What has changed between two texts, by words; by graphemes in scripts that are written without spaces."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from sora_studio.domain.writing.tokens import Pieces, count_words, split

_SENTENCES = re.compile(r"[^.!?…。！？、，\n]*[.!?…。！？、，\n]*")
"""With the line ends after them. A comma ends one in scripts without spaces, whose sentences have many pieces."""
_SHORT = 3
"""Characters of text that, standing alone between two changes, would only break them up: `a`, `the`, a comma."""


class RunKind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text, and where it begins in the earlier and in the later text; a removed one stands at its place there."""

    kind: RunKind
    text: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The runs in order, what was removed before what was added. Without the removed ones they are the later text."""

    runs: tuple[Run, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed."""
        return all(run.kind is RunKind.SAME for run in self.runs)

    @property
    def added(self) -> int:
        """The number of added words."""
        return sum(count_words(run.text) for run in self.runs if run.kind is RunKind.ADDED)

    @property
    def removed(self) -> int:
        """The number of removed words."""
        return sum(count_words(run.text) for run in self.runs if run.kind is RunKind.REMOVED)

    @property
    def first_change(self) -> str:
        """The first text that was added, else that was removed; empty for none."""
        kinds = (RunKind.ADDED, RunKind.REMOVED)
        found = (run.text.strip() for kind in kinds for run in self.runs if run.kind is kind)
        return next(filter(None, found), "")


def difference(before: str, after: str) -> Difference:
    """Compare two texts."""
    if before == after:
        return Difference((Run(RunKind.SAME, after, 0, 0),) if after else ())
    return Difference(tuple(_placed(_merged(_pairs(before, after)))))


_Pair = tuple[str, str]
"""The same place in both texts; where they are equal nothing has changed there."""
_Block = tuple[bool, int, int, int, int]
"""Whether these pieces of both texts are the same, from and to where in the earlier one, and in the later one."""


def _pairs(before: str, after: str) -> Iterator[_Pair]:
    """Yield both texts in step: first aligned by sentences, of which most stay the same, then by words where they do not."""
    old, new = _SENTENCES.findall(before), _SENTENCES.findall(after)
    for is_same, i, i_end, j, j_end in _aligned(old, new):
        was, now = "".join(old[i:i_end]), "".join(new[j:j_end])
        if is_same or not was or not now:
            yield was, now
        else:
            yield from _word_pairs(split(was), split(now))


def _word_pairs(old: Pieces, new: Pieces) -> Iterator[_Pair]:
    """Yield both texts in step. A word that stayed brings the gap before it, changed or not."""
    for is_same, i, i_end, j, j_end in _aligned(old.words, new.words):
        if is_same and old.gaps[i:i_end] == new.gaps[j:j_end]:
            stretch = _joined(old, i, i_end)
            yield stretch, stretch
        elif is_same:
            for at, other in zip(range(i, i_end), range(j, j_end), strict=True):
                gap, new_gap, word = old.gaps[at], new.gaps[other], old.words[at]
                yield gap, new_gap
                yield word, word
        else:
            was, now = _joined(old, i, i_end), _joined(new, j, j_end)
            gap = old.gaps[i]
            if i < i_end and j < j_end and gap == new.gaps[j]:  # what stands before the first changed word has not changed
                yield gap, gap
                was, now = was[len(gap) :], now[len(gap) :]
            yield was, now
    yield old.gaps[-1], new.gaps[-1]


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[_Block]:
    """Return the blocks; what was removed and what was added at one place is one block."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - its import takes 50 ms, and a start needs no difference

    blocks = list[_Block]()
    for each in Indel.opcodes(old, new):
        is_same = each.tag == "equal"
        if blocks and not is_same and not blocks[-1][0]:
            blocks[-1] = (False, blocks[-1][1], each.src_end, blocks[-1][3], each.dest_end)
        else:
            blocks.append((is_same, each.src_start, each.src_end, each.dest_start, each.dest_end))
    return blocks


def _joined(pieces: Pieces, start: int, end: int) -> str:
    pairs = zip(pieces.gaps[start:end], pieces.words[start:end], strict=True)
    return "".join(chain.from_iterable(pairs))


def _merged(pairs: Iterator[_Pair]) -> list[_Pair]:
    """Join neighbours of one kind, and changes that only a short word parts."""
    grouped = list[_Pair]()
    for old, new in pairs:
        if grouped and (grouped[-1][0] == grouped[-1][1]) == (old == new):
            grouped[-1] = (grouped[-1][0] + old, grouped[-1][1] + new)
        elif old or new:
            grouped.append((old, new))
    merged = list[_Pair]()
    for place, (old, new) in enumerate(grouped):
        is_inside = 0 < place < len(grouped) - 1
        is_short = old == new and is_inside and len(old.strip()) <= _SHORT and "\n" not in old
        if merged and (is_short or (merged[-1][0] != merged[-1][1] and old != new)):
            merged[-1] = (merged[-1][0] + old, merged[-1][1] + new)
        else:
            merged.append((old, new))
    return merged


def _placed(pairs: list[_Pair]) -> Iterator[Run]:
    before = after = 0
    for old, new in pairs:
        if old == new:
            yield Run(RunKind.SAME, new, before, after)
        else:
            if old:
                yield Run(RunKind.REMOVED, old, before, after)
            if new:
                yield Run(RunKind.ADDED, new, before + len(old), after)
        before, after = before + len(old), after + len(new)
