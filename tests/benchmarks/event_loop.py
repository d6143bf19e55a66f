"""The event loop: a million callbacks, how late sleeps end, and what finished timeouts leave behind."""

import asyncio
import gc
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QObject, Signal

from sora_studio.app.event_loop import StudioEventLoop
from tests.benchmarks.figures import Figure, percentile

CALLBACKS = 1_000_000
EMITS = 5_000
SLEEPS = 60
TIMEOUTS = 10_000


class Emitter(QObject):
    """Emits from Python to Python, which crashes a broken binding soon."""

    fired = Signal(object)


async def soak() -> float:
    """Return the seconds for a million turns of the loop with signals in between."""
    emitter, heard = Emitter(), list[object]()
    emitter.fired.connect(heard.append)
    begun = time.perf_counter()
    for number in range(CALLBACKS):
        if number % (CALLBACKS // EMITS) == 0:
            emitter.fired.emit(None)
        await asyncio.sleep(0)
    if len(heard) != EMITS:
        raise RuntimeError(f"{len(heard)} of {EMITS} signals arrived")
    return time.perf_counter() - begun


async def lateness_ms() -> list[float]:
    """Return how much longer than requested each of sixty sleeps took."""

    async def late(seconds: float) -> float:
        begun = time.monotonic()
        await asyncio.sleep(seconds)
        return (time.monotonic() - begun - seconds) * 1000

    return await asyncio.gather(*(late(2 + number * 0.0137) for number in range(SLEEPS)))


async def timers_left() -> int:
    """Count the Qt timers alive after many timeouts that did not fire."""

    async def finish_at_once() -> None:
        async with asyncio.timeout(30):
            await asyncio.sleep(0)

    for _ in range(100):
        await asyncio.gather(*(finish_at_once() for _ in range(TIMEOUTS // 100)))
    dispatcher = QAbstractEventDispatcher.instance()
    return sum(len(dispatcher.registeredTimers(owner)) for owner in gc.get_objects() if isinstance(owner, QObject))


def main() -> None:
    """Print the figures."""
    app = QCoreApplication([])
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    late = loop.run_until_complete(lateness_ms())
    left = loop.run_until_complete(timers_left())
    seconds = loop.run_until_complete(soak())
    loop.close()
    Figure("event loop, a million callbacks", f"{seconds:.1f} s, {CALLBACKS / seconds:,.0f}/s", "no crash", met=True).tell()
    Figure("event loop, earliest of 60 sleeps", f"{min(late):+.2f} ms", "never early", met=min(late) >= 0).tell()
    p99 = percentile(late, 99)
    Figure("event loop, p99 lateness", f"{p99:.2f} ms", "under 5 ms", met=p99 < 5).tell()
    Figure("event loop, Qt timers after 10,000 timeouts", f"{left}", "under 20", met=left < 20).tell()


if __name__ == "__main__":
    main()
