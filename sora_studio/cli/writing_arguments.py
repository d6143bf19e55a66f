"""Arguments of the commands about writing: `hints` and `vocabulary`."""

import argparse
import math
from dataclasses import dataclass

from sora_studio.domain.writing.terms import TermKind, kind_named

MAX_DURATION_S = 3_600.0
DEFAULT_DURATION_S = 10.0
"""What the service makes when nothing is chosen."""


@dataclass(frozen=True, slots=True)
class HintsCommand:
    """`source` is a path, or `-` for standard input. `duration_s` None: the model's default, or 10 s without a model."""

    source: str
    model: str | None
    duration_s: float | None
    json: bool


@dataclass(frozen=True, slots=True)
class VocabularyCommand:
    """List the terms of one kind, or of all, that begin with the words of `search`."""

    kind: TermKind | None
    search: str
    json: bool


def build_hints(hints: argparse.ArgumentParser) -> None:
    """Add the arguments of `hints`."""
    hints.add_argument("source", metavar="FILE|-", help="a text file with the prompt; - reads it from standard input")
    hints.add_argument("--model", metavar="SLUG", help="also say what this model drops or does badly")
    hints.add_argument(
        "--duration",
        dest="duration_s",
        type=_seconds,
        metavar="S",
        help="the clip's length in seconds (default: the model's own, or 10)",
    )
    hints.add_argument("--json", action="store_true", help="one JSON object per line")


def build_vocabulary(vocabulary: argparse.ArgumentParser) -> None:
    """Add the arguments of `vocabulary`."""
    kinds = ", ".join(TermKind)
    vocabulary.add_argument("--kind", type=_kind, metavar="K", help=f"only terms of this kind: {kinds}")
    vocabulary.add_argument("--search", default="", metavar="TEXT", help="only terms with words that begin like these")
    vocabulary.add_argument("--json", action="store_true", help="one JSON object per line")


def read_hints(found: argparse.Namespace) -> HintsCommand:
    """Return the command."""
    return HintsCommand(found.source, found.model, found.duration_s, found.json)


def read_vocabulary(found: argparse.Namespace) -> VocabularyCommand:
    """Return the command."""
    return VocabularyCommand(found.kind, found.search, found.json)


def _seconds(text: str) -> float:
    try:
        seconds = float(text.strip().lower().removesuffix("s"))
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MAX_DURATION_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to {MAX_DURATION_S:,.0f}")
    return seconds


def _kind(text: str) -> TermKind:
    kind = kind_named(text)
    if kind is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a kind of term; choose from {', '.join(TermKind)}")
    return kind
