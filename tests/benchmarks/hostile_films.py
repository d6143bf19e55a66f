"""500 damaged films, each inspected and drawn: the outcomes, and whether this process survived. And the cost of a good one."""

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.media.film_process import FilmProcess
from tests.benchmarks.figures import Figure, median, percentile
from tests.doubles.films import write_film
from tests.doubles.mutations import MUTATIONS, mutated

FILMS = 500
AT_ONCE = 2
GOOD_ROUNDS = 20
AIM_GOOD_MS = 300
LONGEST_S = 10.0
POSTER_EDGE = 640


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        good = write_film(Path(folder) / "good.mp4", frames=300, size=(1280, 720))
        tell_cost(good)
        small = write_film(Path(folder) / "small.mp4", frames=20)
        tell_harm(small.read_bytes(), Path(folder))


def tell_cost(film: Path) -> None:
    """Inspect a film of ten seconds and draw its poster: two processes."""
    process, looks, posters = FilmProcess(), list[float](), list[float]()
    for _ in range(GOOD_ROUNDS):
        began = time.perf_counter()
        process.inspect(film)
        looked = time.perf_counter()
        process.draw_poster(film, max_edge=POSTER_EDGE)
        looks.append((looked - began) * 1000)
        posters.append((time.perf_counter() - looked) * 1000)
    Figure("film, inspected in its own process", f"{median(looks):.0f} ms").tell()
    both = median([look + poster for look, poster in zip(looks, posters, strict=True)])
    Figure("film, inspected, with poster", f"{both:.0f} ms", f"under {AIM_GOOD_MS} ms", met=both < AIM_GOOD_MS).tell()


def tell_harm(good: bytes, folder: Path) -> None:
    """Open films, each damaged differently. That this figure is printed proves that this process survived."""
    process, times = FilmProcess(), list[float]()

    def look(seed: int) -> str:
        path = folder / f"{seed}.mp4"
        path.write_bytes(mutated(good, seed))
        began = time.perf_counter()
        try:
            process.inspect(path)
            process.draw_poster(path, max_edge=POSTER_EDGE)
        except PassingError:
            return "not inspected"
        except StudioError as refusal:
            return "ended" if refusal.detail.startswith("no answer") else "refused"
        finally:
            times.append((time.perf_counter() - began) * 1000)
            path.unlink()
        return "opened"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = Counter(pool.map(look, range(FILMS)))
    counted = ", ".join(f"{count} {word}" for word, count in told.most_common())
    Figure(f"{FILMS} damaged films, {len(MUTATIONS)} ways", counted, "no harm", met=told["not inspected"] == 0).tell()
    slowest = max(times)
    took = f"median {median(times):.0f}, p99 {percentile(times, 99):.0f}, longest {slowest:.0f} ms"
    Figure("a damaged film's cost", took, f"under {LONGEST_S:g} s", met=slowest < LONGEST_S * 1000).tell()


if __name__ == "__main__":
    main()
