"""Prices and times learned from 100,000 tasks: what reading them at the start costs, and what one estimate costs."""

import asyncio
import json
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.services.models.estimates import Estimates
from sora_studio.services.models.task_memory import READ_OF_MODEL
from sora_studio.services.runtime.core import Core
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from tests.benchmarks.figures import Figure, median, percentile
from tests.doubles.models import any_draft, shipped_models

TASKS = 100_000
REQUESTS = 4_000
"""Different requests, over all models: many more than a person has."""
GATEWAY = "https://s.example"
PROMPT = "Fog over the harbour. " * 35
BEAT_S = 0.001
MEASURED_OF_100 = 30
STATES = ("success",) * 93 + ("failed",) * 5 + ("pending", "cancelled")
INSERT = """
    INSERT INTO tasks (revision, state, phase, gateway, created_at, take, takes, model, route, options, images, prompt, seen,
                       mode, accepted_at, completed_at, measured_usd)
    VALUES (?, ?, ?, ?, 5, 1, 1, ?, ?, ?, '[]', ?, '{}', ?, ?, ?, ?)
"""


def a_request(profile: ModelProfile, rng: random.Random) -> GenerationRequest:
    """Any valid request, completed as it is when it is sent."""
    draft: Draft = any_draft(profile, rng.choice(profile.modes), rng)
    return GenerationRequest(profile.slug, "x", draft.options, draft.route, mode=draft.mode).completed(profile)


def fill(path: Path, requests: list[GenerationRequest], rng: random.Random) -> None:
    """Add tasks of these requests, most of them successful, as fast as possible."""
    began = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1e6)
    columns = [(one.model, one.route, json.dumps(dict(one.options)), one.mode) for one in requests]

    def row(number: int) -> tuple[object, ...]:
        model, route, options, mode = rng.choice(columns)
        state = rng.choice(STATES)
        took = rng.randint(40, 400) * 1_000_000 if state == "success" else None
        usd = rng.uniform(0.1, 2.0) if rng.randrange(100) < MEASURED_OF_100 else None
        ended = None if took is None else began + took
        return number, state, state, GATEWAY, model, route, options, PROMPT, mode, began, ended, usd

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(INSERT, map(row, range(TASKS)))


async def measure(path: Path, profiles: dict[str, ModelProfile], requests: list[GenerationRequest]) -> None:
    """Read the tasks as the start does, beside a beating loop, and estimate every request."""
    database = Database(path)
    await database.open()
    tasks = SqliteTasks(database)
    began = time.perf_counter()
    await tasks.task_history(tuple(profiles), gateway=GATEWAY, most=READ_OF_MODEL)
    read_ms = (time.perf_counter() - began) * 1000
    Figure(f"estimates, reading {TASKS:,} tasks", f"{read_ms:.0f} ms", "under 500 ms", met=read_ms < 500).tell()
    core = SimpleNamespace(
        profiles=profiles,
        gateway_name=GATEWAY,
        task_writer=SimpleNamespace(tasks=tasks),
        events=EventBus(),
        clock=Clock(),
        speed=1.0,
    )
    estimates = Estimates(cast("Core", core))
    beats_ms, began = list[float](), time.perf_counter()
    loading = asyncio.create_task(estimates.load())
    while not loading.done():
        before = time.perf_counter()
        await asyncio.sleep(BEAT_S)
        beats_ms.append((time.perf_counter() - before - BEAT_S) * 1000)
    took_ms = (time.perf_counter() - began) * 1000
    late = f"p99 {percentile(beats_ms, 99):.1f}, longest {max(beats_ms):.1f} ms"
    Figure("estimates, the start in all", f"{took_ms:.0f} ms").tell()
    Figure("estimates, delay of the loop meanwhile", late, "p99 under 8 ms", met=percentile(beats_ms, 99) < 8).tell()
    times_us = list[float]()
    for request in requests:
        before = time.perf_counter()
        estimates.estimate(request, profiles[request.model])
        times_us.append((time.perf_counter() - before) * 1e6)
    words = f"median {median(times_us):.0f}, p99 {percentile(times_us, 99):.0f} µs"
    Figure("estimates, one estimate", words, "p99 under 1 ms", met=percentile(times_us, 99) < 1000).tell()
    before = time.perf_counter()
    records = estimates.records()
    records_ms = (time.perf_counter() - before) * 1000
    assert sum(record.tasks for record in records.values()) == TASKS
    Figure("estimates, records of all models", f"{records_ms:.1f} ms").tell()
    await database.close()


def main() -> None:
    """Print the figures."""
    rng, profiles = random.Random(1), dict(shipped_models())
    models = list(profiles.values())
    requests = [a_request(rng.choice(models), rng) for _ in range(REQUESTS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studio.db"

        async def make() -> None:
            database = Database(path)
            await database.open()
            await database.close()

        asyncio.run(make())
        fill(path, requests, rng)
        asyncio.run(measure(path, profiles, requests))


if __name__ == "__main__":
    main()
