"""Filmstrips and posters of the simulator's clips of ten seconds, by the kept decoder process, written to the disk."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sora_studio.media.local import LocalMedia
from sora_studio.services.clips.posters import POSTER_EDGE
from sora_studio.simulator.film import Film, Picture, render
from tests.benchmarks.figures import Figure, percentile

ROUNDS = 40
SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "portrait": (720, 1280)}
DURATION_S = 10.0
AIM_STRIP_MS, AIM_POSTER_MS, AIM_BYTES = 300, 60, 60_000
AIM_DELAY_MS = 16.0
BEAT_S = 0.002


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        films = dict[str, Path]()
        for name, (width, height) in SIZES.items():
            films[name] = Path(folder) / f"{name}.mp4"
            render(Picture("A harbour at dawn", name), films[name], Film(width, height, DURATION_S))
        asyncio.run(measure(films, Path(folder)))


async def measure(films: dict[str, Path], folder: Path) -> None:
    """Draw each film's pictures many times, with the process started and its files cached."""
    media, strip, poster = LocalMedia(), folder / "strip.jpg", folder / "poster.jpg"
    began = time.perf_counter()
    await media.save_poster(next(iter(films.values())), poster, max_edge=POSTER_EDGE)
    Figure("poster, with the start of the process", f"{(time.perf_counter() - began) * 1000:.0f} ms").tell()
    delays = asyncio.create_task(_delays_ms())
    for name, film in films.items():
        posters = await _times_ms(lambda film=film: media.save_poster(film, poster, max_edge=POSTER_EDGE))
        chosen = await _times_ms(
            lambda film=film: media.save_poster(film, poster, max_edge=POSTER_EDGE, at_s=DURATION_S * 0.79)
        )
        strips = await _times_ms(lambda film=film: media.save_filmstrip(film, strip))
        _tell(f"poster, {name}, p95", posters, AIM_POSTER_MS)
        _tell(f"poster of a chosen frame, {name}, p95", chosen, AIM_POSTER_MS)
        _tell(f"filmstrip, {name}, p95", strips, AIM_STRIP_MS)
        size = strip.stat().st_size
        Figure(f"filmstrip, {name}, size", f"{size / 1000:.0f} kB", "under 60 kB", met=size < AIM_BYTES).tell()
    delays.cancel()
    late_ms = percentile(await delays, 99)
    aim = f"under {AIM_DELAY_MS:g} ms"
    Figure("delay of the loop meanwhile, p99", f"{late_ms:.1f} ms", aim, met=late_ms < AIM_DELAY_MS).tell()
    media.close()


async def _times_ms(work: Callable[[], Awaitable[None]]) -> list[float]:
    times = list[float]()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _tell(name: str, times: list[float], aim_ms: float) -> None:
    p95 = percentile(times, 95)
    Figure(name, f"{p95:.0f} ms", f"under {aim_ms} ms", met=p95 < aim_ms).tell()


async def _delays_ms() -> list[float]:
    """Return by how much the loop was late at each beat, once cancelled."""
    late = [0.0]
    try:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            late.append((time.perf_counter() - began - BEAT_S) * 1000)
    except asyncio.CancelledError:
        return late


if __name__ == "__main__":
    main()
