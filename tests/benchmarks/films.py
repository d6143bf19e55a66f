"""A film of 500 MB, prepared for publication: what the window's loop notices of it, what memory it takes, and how long."""

import asyncio
import contextlib
import os
import re
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import av
from PIL import Image
from PySide6.QtCore import QCoreApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.media.local import LocalMedia
from tests.benchmarks.figures import Figure, percentile

FILM_BYTES = 500_000_000
SIZE, RATE, PART_S, BITS = (1920, 1080), 25, 4, 24_000_000
BEAT_S = 0.005
IDLE_S = 5.0
AIM_HEARTBEAT_MS = 8.0
AIM_GROWTH_MB = 16.0
SLOT = MediaSlot(Role.VIDEO, MediaKind.VIDEO, "video_urls", ("m",))
_STATUS = Path("/proc/self/status")


def write_part(path: Path) -> Path:
    """Write a few seconds of noise, at as many bits as a good camera writes."""
    pictures = [Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE) for _ in range(5)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *SIZE, "yuv420p", BITS
        for number in range(PART_S * RATE):
            container.mux(stream.encode(av.VideoFrame.from_image(pictures[number % len(pictures)].convert("RGB"))))
        container.mux(stream.encode(None))
    return path


def write_film(path: Path, part: Path) -> Path:
    """Repeat the part, by copying its packets, until the film is large enough."""
    repeats = -(-FILM_BYTES // part.stat().st_size)
    with av.open(str(part)) as read, av.open(str(path), "w") as written:
        source = read.streams.video[0]
        copy = written.add_stream_from_template(source)
        for number in range(repeats):
            read.seek(0)
            shift = round(number * PART_S / (source.time_base or 1))
            for packet in read.demux(source):
                if packet.dts is not None and packet.pts is not None:
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
                    written.mux(packet)
    return path


def resident_mb() -> float:
    """Return this process's memory; 0 where the system does not tell."""
    found = re.search(r"VmRSS:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    return int(found[1]) * 1024 / 1e6 if found else 0.0


async def heartbeat(late_ms: list[float], memory_mb: list[float]) -> None:
    """Note how late each beat comes, and the memory at every tenth."""
    while True:
        due = time.perf_counter() + BEAT_S
        await asyncio.sleep(BEAT_S)
        late_ms.append((time.perf_counter() - due) * 1000)
        if len(late_ms) % 10 == 0:
            memory_mb.append(resident_mb())


async def idle_beats() -> list[float]:
    """Return the delays on this machine while nothing is prepared."""
    late_ms = list[float]()
    beating = asyncio.create_task(heartbeat(late_ms, []))
    await asyncio.sleep(IDLE_S)
    beating.cancel()
    return late_ms


async def measure(what: str, film: Path, edit: FilmEdit, folder: Path) -> None:
    """Prepare the film while the loop beats."""
    media, told = LocalMedia(), list[float]()
    await media.inspect_recording(film, MediaKind.VIDEO)  # what is loaded only once is not growth
    late_ms, memory_mb = list[float](), [resident_mb()]
    beating = asyncio.create_task(heartbeat(late_ms, memory_mb))
    began = time.perf_counter()
    made = await media.prepare_recording(film, edit, SLOT, folder, told.append)
    took_s = time.perf_counter() - began
    beating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beating
    beat, grown = percentile(late_ms, 99), max(memory_mb) - memory_mb[0]
    Figure(f"film, {what}", f"{made.size_bytes / 1e6:.0f} MB, {took_s:.1f} s, {len(told)} reports").tell()
    aim = f"under {AIM_HEARTBEAT_MS:.0f} ms"
    beats = f"p99 {beat:.1f} ms, longest {max(late_ms):.0f} ms"
    Figure(f"film, {what}: heartbeat delay", beats, aim, met=beat < AIM_HEARTBEAT_MS).tell()
    Figure(f"film, {what}: memory growth", f"{grown:.1f} MB", f"under {AIM_GROWTH_MB:.0f} MB", met=grown < AIM_GROWTH_MB).tell()


def main() -> None:
    """Print the figures."""
    app = QCoreApplication([])
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as name:
        film = write_film(Path(name) / "film.mp4", write_part(Path(name) / "part.mp4"))
        idle = percentile(loop.run_until_complete(idle_beats()), 99)
        Figure("film, nothing prepared: heartbeat delay", f"p99 {idle:.1f} ms").tell()
        for what, edit in (("copied without metadata", FilmEdit()), ("5 s of it encoded", FilmEdit(Trim(60, 65)))):
            loop.run_until_complete(measure(what, film, edit, Path(name) / "copies"))
    loop.close()


if __name__ == "__main__":
    main()
