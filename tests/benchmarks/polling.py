"""A thousand tasks polled at the real plan, over real connections and a real database, on the window's event loop.

The service is a bare server in its own process: it records when each task was polled, and answers that it is processing.
"""

import asyncio
import gc
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.figures import Figure, percentile

TASKS = 1000
FIRST_AFTER_S, EVERY_S = 180.0, 10.0
SETTLE_S, MEASURE_S = 6.0, 40.0
BEAT_S = 0.01
AIM_HEARTBEAT_MS, AIM_TIMERS = 8.0, 20


async def serve() -> None:
    """Answer until standard input closes, then print when each task was polled and answered (wall time, seconds)."""
    seen: dict[str, list[tuple[float, float]]] = defaultdict(list)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked_at = time.time()
                task = re.search(rb"taskId=(\w+)", head)
                data: object = {"taskId": task[1].decode(), "state": "processing"} if task else 10.0
                body = json.dumps({"code": 200, "message": "success", "data": data}).encode()
                if task:  # recorded before sending: the client cannot have the answer earlier
                    seen[task[1].decode()].append((asked_at, time.time()))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(seen), flush=True)


async def fill(folder: Path, gateway: str) -> dict[str, float]:
    """Add tasks that were accepted within ten seconds, about three minutes ago; return due times (wall, seconds) by id."""
    from sora_studio.domain.request import GenerationRequest
    from sora_studio.domain.task import TaskState
    from sora_studio.storage.database import Database
    from sora_studio.storage.tasks import SqliteTasks

    database, rng, due_at = Database(folder / "studio.db"), random.Random(1), dict[str, float]()
    await database.open()
    store, now = SqliteTasks(database), datetime.now(UTC)
    prompt = "Slow dolly in along a wooden pier at golden hour. " * 16
    rows = await store.add([GenerationRequest("sora-2", prompt)] * TASKS, gateway=gateway, at=now)
    for row in rows:
        await store.transition(row.id, TaskState.SENDING, sent_at=now)
    starts_at = datetime.now(UTC) + timedelta(seconds=SETTLE_S + TASKS * 0.004)
    for row in rows:
        due, task_id = starts_at + timedelta(seconds=rng.uniform(0, EVERY_S)), f"task_{row.id}"
        accepted_at = due - timedelta(seconds=FIRST_AFTER_S)
        await store.transition(row.id, TaskState.PENDING, task_id=task_id, accepted_at=accepted_at, next_poll_at=due)
        due_at[task_id] = due.timestamp()
    await database.close()
    return due_at


async def heartbeat(late_ms: list[float]) -> None:
    """Measure the delay of a callback that is due every ten milliseconds."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + BEAT_S
        await asyncio.sleep(BEAT_S)
        late_ms.append((loop.time() - due) * 1000)


def live_qt_timers() -> int:
    from PySide6.QtCore import QAbstractEventDispatcher, QObject

    dispatcher = QAbstractEventDispatcher.instance()
    return sum(len(dispatcher.registeredTimers(owner)) for owner in gc.get_objects() if isinstance(owner, QObject))


async def follow(folder: Path, base_url: str, first_due: float) -> tuple[list[float], int, int]:
    """Poll for a while; return the heartbeat's delays in milliseconds, Qt timers at the end, requests of the last minute."""
    from sora_studio.storage.secrets import KeyStores, SessionKeys
    from sora_studio.studio import open_studio
    from sora_studio.viewmodels.event_bridge import EventBridge

    keys, bridge = KeyStores(api_key=SessionKeys("benchmark")), EventBridge()
    async with open_studio(data_dir=folder, base_url=base_url, keys=keys) as studio:
        bridge.listen(studio.events)
        late_ms: list[float] = []
        await asyncio.sleep(max(0.0, first_due - time.time()))
        beating = asyncio.create_task(heartbeat(late_ms))
        await asyncio.sleep(MEASURE_S)
        beating.cancel()
        requests, timers = studio.tracking.snapshot().requests_last_minute, live_qt_timers()
    return late_ms, timers, requests


def lateness_s(due_at: dict[str, float], seen: dict[str, Sequence[Sequence[float]]]) -> list[float]:
    """Return how long after its due time each poll reached the service; negative is early."""
    late: list[float] = []
    for task, due in due_at.items():
        for asked_at, answered_at in seen.get(task, ()):
            late.append(asked_at - due)
            due = answered_at + EVERY_S  # noqa: PLW2901 - the plan counts from the last answer
    return late


def main() -> None:
    """Print measurements beside targets."""
    if sys.argv[1:] == ["--serve"]:
        asyncio.run(serve())
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from sora_studio.app.event_loop import StudioEventLoop

    command = [sys.executable, "-m", "tests.benchmarks.polling", "--serve"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service,
    ):
        assert service.stdin is not None
        assert service.stdout is not None
        base_url = service.stdout.readline().strip()
        app = QApplication([])
        loop = StudioEventLoop(app)
        due_at = loop.run_until_complete(fill(Path(folder), base_url))
        late_ms, timers, requests = loop.run_until_complete(follow(Path(folder), base_url, min(due_at.values())))
        loop.close()
        service.stdin.close()
        seen = json.loads(service.stdout.readline())
    tell(lateness_s(due_at, seen), late_ms, timers=timers, requests=requests)


def tell(late_s: list[float], late_ms: list[float], *, timers: int, requests: int) -> None:
    early, beat = sum(late < 0 for late in late_s), percentile(late_ms, 99)
    Figure("polling, tasks and polls", f"{TASKS} tasks, {len(late_s)} polls, {requests} in the last minute").tell()
    Figure("polling, early polls", str(early), "0", met=early == 0).tell()
    Figure("polling, delay", f"p50 {percentile(late_s, 50) * 1000:.0f}  p99 {percentile(late_s, 99) * 1000:.0f} ms").tell()
    Figure(
        "polling, heartbeat delay", f"p99 {beat:.1f} ms", f"under {AIM_HEARTBEAT_MS:.0f} ms", met=beat < AIM_HEARTBEAT_MS
    ).tell()
    Figure("polling, live Qt timers", str(timers), f"under {AIM_TIMERS}", met=timers < AIM_TIMERS).tell()


if __name__ == "__main__":
    main()
