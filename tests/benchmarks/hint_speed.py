"""Vocabulary and hints at 10,000 characters: in one paragraph and in two hundred, the first time and after a key."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sora_studio.domain.models.profile import DURATION
from sora_studio.domain.writing.hint_cache import HintCache
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.paths import resources_dir
from sora_studio.storage.prompt_files import PromptFiles
from tests.benchmarks.figures import Figure, percentile

CHARS = 10_000
FIND_MS, HINTS_MS = 3.0, 150.0
TIMES = 60
LINE = (
    "Slow dolly in along a wooden pier at golden hour; mist lifts off the water. A ferryman coils a wet rope, pauses and says: "
    "“Not today.” Backlit silhouette, no wind, a very quiet bell. "
)
CONTEXT = PromptContext("seedance-2-0", "seedance", "Seedance 2.0", {DURATION: 10, "aspect": "16:9", "sound": False})


def main() -> None:
    """Measure and print."""
    began = time.perf_counter()
    files = PromptFiles(resources_dir() / "prompts", Path("missing"))
    book = files.book
    Figure("vocabulary and rules, read from disk", f"{(time.perf_counter() - began) * 1000:.0f} ms").tell()

    prose = _varied(CHARS)
    found = [_timed(lambda: book.vocabulary.find(prose)) for _ in range(TIMES)]
    _tell("terms of 10,000 characters", found, FIND_MS)

    one, many = prose, "\n".join(prose[at : at + 49] for at in range(0, CHARS, 50))
    for name, text in (("one paragraph", one), ("200 paragraphs", many)):
        first = [_timed(lambda text=text: HintCache(book).hints(text, CONTEXT)) for _ in range(TIMES // 4)]
        _tell(f"hints, {name}, first time", first, HINTS_MS)
        _tell(f"hints, {name}, after a key", _typed(HintCache(book), text), HINTS_MS)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "sora_studio", "hints", "-"], input=prose, text=True, stdout=subprocess.DEVNULL, check=False
    )
    Figure("sora-studio hints, 10,000 characters", f"{(time.perf_counter() - began) * 1000:.0f} ms").tell()


def _typed(cache: HintCache, text: str) -> list[float]:
    """Return how long the hints take after each key at the end of the text."""
    cache.hints(text, CONTEXT)
    return [_timed(lambda key=key: cache.hints(text + "x" * key, CONTEXT)) for key in range(1, TIMES)]


def _varied(chars: int) -> str:
    """Return prose in which no two sentences are the same."""
    lines = (
        LINE.replace("ferryman", f"ferryman {number}").replace("rope", f"rope number {number * 7}") for number in range(chars)
    )
    text = ""
    while len(text) < chars:
        text += next(lines)
    return text[:chars]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _tell(name: str, values: list[float], aim_ms: float) -> None:
    p50, p95 = percentile(values, 50), percentile(values, 95)
    Figure(name, f"p50 {p50:.1f} ms, p95 {p95:.1f} ms", f"p95 under {aim_ms:g} ms", p95 < aim_ms).tell()


if __name__ == "__main__":
    main()
