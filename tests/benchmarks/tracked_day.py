"""A day of a thousand tasks in seconds: the real polling, budget and client, with a simulated service and clock.

Prints the most requests in any sliding minute, as the service counts them, and whether any task was starved.
"""

import asyncio
import itertools
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx

from sora_studio.domain.events import EventBus
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import GatewayClient
from sora_studio.services.polling.tracking import Tracking
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.task_counts import TaskCounts
from sora_studio.services.tasks.task_writer import TaskWriter
from tests.benchmarks.figures import Figure
from tests.doubles.clock import ManualClock
from tests.doubles.tasks import MemoryTasks
from tests.unit.services.rig import GATEWAY, request, sora_2

PER_MINUTE, WINDOW_S = 10_000, 60.0
HOUR_S = 3600.0


@dataclass(frozen=True)
class Report:
    """What the service recorded. `jain` is 1 when all tasks were polled equally often; `longest_gap` is in planned waits."""

    questions: int
    most_in_a_minute: int
    early: int
    longest_gap: float
    jain: float
    took_s: float


class AlwaysGoesOn(httpx.AsyncBaseTransport):
    """Records when each task is polled, and answers that it is processing."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.asked = defaultdict[str, list[float]](list)
        self.began = dict[str, float]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        task = request.url.params.get("taskId")
        self.asked[task].append(self._clock.elapsed())
        body = json.dumps({"code": 200, "message": "success", "data": {"taskId": task, "state": "processing"}})
        return httpx.Response(200, content=body)


async def follow(tasks: int, hours: float, profile: ModelProfile, *, suspends_s: Sequence[float] = ()) -> Report:
    """Poll tasks that were all accepted within a minute and run to the end; the suspends are spread evenly."""
    clock, store, began = ManualClock(), MemoryTasks(), time.process_time()
    service, events = AlwaysGoesOn(clock), EventBus()
    client = GatewayClient(GATEWAY, key=lambda: "key", clock=clock, transport=service)
    notices, rng = Notices(events), random.Random(1)
    core = Core(
        TaskWriter(store, clock, notices),
        client,
        {"sora-2": profile},
        events,
        notices,
        Supervisor(clock, notices),
        clock,
        rng,
        GATEWAY,
    )
    connection, send_blocks = Connection(client, events, notices, clock, rng), SendBlocks(notices)
    tracking = Tracking(
        core,
        TaskCounts(GATEWAY),
        connection,
        send_blocks,
        poll_plan=lambda _, profile: profile.poll,
        is_owner=lambda: True,
        requests_last_minute=lambda: client.requests_last_minute,
    )
    for row in await store.add([request().completed(profile)] * tasks, gateway=GATEWAY, at=clock.now()):
        service.began[f"task_{row.id}"] = -rng.uniform(0, WINDOW_S)
        accepted_at = clock.now() + timedelta(seconds=service.began[f"task_{row.id}"])
        due = accepted_at + timedelta(seconds=profile.poll.first_after_s)
        await store.transition(row.id, TaskState.SENDING)
        await store.transition(row.id, TaskState.PENDING, task_id=f"task_{row.id}", accepted_at=accepted_at, next_poll_at=due)
        tracking.task_changed(store.rows[row.id])
    core.supervisor.keep(tracking.run, name="tracking")
    slept_s = sum(suspends_s)
    for suspend_s in (*suspends_s, 0.0):
        await clock.advance((hours * HOUR_S - slept_s) / (len(suspends_s) + 1))
        clock.suspend(suspend_s)
    await core.supervisor.stop()
    await client.close()
    return report(service, profile, suspended=bool(suspends_s), took_s=time.process_time() - began)


def report(service: AlwaysGoesOn, profile: ModelProfile, *, suspended: bool, took_s: float) -> Report:
    """Compare gaps with the wait that was planned at their beginning; a suspend does not count as starving."""
    asked = service.asked
    everything = sorted(itertools.chain.from_iterable(asked.values()))
    most = first = 0
    for last, at in enumerate(everything):
        while everything[first] <= at - WINDOW_S:
            first += 1
        most = max(most, last - first + 1)
    gaps = [
        (later - earlier, planned_s(earlier - service.began[task], profile))
        for task, times in asked.items()
        for earlier, later in itertools.pairwise(times)
    ]
    counts = [len(times) for times in asked.values()]
    return Report(
        questions=len(everything),
        most_in_a_minute=most,
        early=sum(gap_s < min(planned) - 1e-6 for gap_s, planned in gaps),
        longest_gap=float("nan") if suspended else max(gap_s / max(planned) for gap_s, planned in gaps),
        jain=sum(counts) ** 2 / (len(counts) * sum(count * count for count in counts)),
        took_s=took_s,
    )


def planned_s(age_s: float, profile: ModelProfile) -> tuple[float, ...]:
    """Return the promised wait; two waits when an age is so near a threshold that rounding decides."""
    slow_s = 600.0 if profile.generation_times else HOUR_S
    ages = (age_s - 0.001, age_s + 0.001)
    return tuple(profile.poll.every_s if age < slow_s else 60.0 if age < HOUR_S else 600.0 for age in ages)


def crowded() -> ModelProfile:
    """Return a profile that demands more than the service accepts: a thousand tasks every five seconds are 12,000 a minute."""
    shipped = sora_2()
    return replace(shipped, poll=replace(shipped.poll, every_s=5.0), generation_times=())


def main() -> None:
    """Run the day, a day with suspends, and a crowded half-hour."""
    day = asyncio.run(follow(1000, 24, sora_2()))
    tell("a day", day)
    tell("a day with suspends", asyncio.run(follow(1000, 24, sora_2(), suspends_s=[HOUR_S, 8 * HOUR_S, 60.0])))
    tell("a crowded half-hour", asyncio.run(follow(1000, 0.5, crowded())))


def tell(name: str, seen: Report) -> None:
    """Print the figures."""
    Figure(f"{name}, 1,000 tasks", f"{seen.questions:,} polls in {seen.took_s:.0f} s of processor").tell()
    most = f"{seen.most_in_a_minute:,}"
    Figure(f"{name}, most in any minute", most, f"{PER_MINUTE:,}", met=seen.most_in_a_minute <= PER_MINUTE).tell()
    Figure(f"{name}, early", str(seen.early), "0", met=not seen.early).tell()
    Figure(f"{name}, fairness (Jain)", f"{seen.jain:.4f}", "above 0.99", met=seen.jain > 0.99).tell()
    if seen.longest_gap == seen.longest_gap:
        Figure(f"{name}, longest gap", f"{seen.longest_gap:.2f} × planned", "2 ×", met=seen.longest_gap <= 2).tell()


if __name__ == "__main__":
    main()
