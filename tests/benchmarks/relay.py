"""The relay as a process: how quickly callbacks are answered, what hostile requests change, and what a kill loses."""

import asyncio
import gc
import itertools
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import httpx

from sora_studio.domain.relay import callback_secret
from tests.benchmarks.figures import Figure, percentile
from tests.doubles.callers import call_back
from tests.doubles.strangers import JPEG, Target, attacks, commit
from tests.e2e.test_relay import BEARER, TOKEN, kept, relay, storm
from tests.unit.relay.test_hostile import all_that_is_kept

SECONDS = 10
PER_S = 100
WOKEN_EVERY_S = 0.005
ATTACKS = 1000
ATTACKERS = 12
KILLS = 20
HANDLE = "a-picture-that-was-lent.jpg"


async def late_by(times_s: list[float]) -> None:
    """Record how late this process is woken: the machine's own share of every measured time."""
    while True:
        due_s = time.perf_counter() + WOKEN_EVERY_S
        await asyncio.sleep(WOKEN_EVERY_S)
        times_s.append(time.perf_counter() - due_s)


def send_callbacks(base_url: str, per_s: int) -> tuple[list[tuple[int, float]], list[float]]:
    """Return each callback's status and time, and this process's own delays; it does nothing else and collects no garbage."""

    async def send() -> tuple[list[tuple[int, float]], list[float]]:
        delays_s = list[float]()
        waking = asyncio.create_task(late_by(delays_s))
        answers = await call_back(base_url, TOKEN, per_s=per_s, count=per_s * SECONDS)
        waking.cancel()
        return list(answers.values()), delays_s

    gc.disable()
    return asyncio.run(send())


def answered_in_time(folder: Path, per_s: int) -> None:
    """Send callbacks at a steady rate, from their own process."""
    with relay(folder, token=TOKEN) as (_, base_url, _), ProcessPoolExecutor(1, get_context("spawn")) as client:
        answers, delays_s = client.submit(send_callbacks, base_url, per_s).result()
    taken = sum(status == 200 for status, _ in answers)
    times_s = [seconds for _, seconds in answers]
    told = f"{taken} × 200 within {spread_ms(times_s)}; the client itself was late by {spread_ms(delays_s)}"
    met = taken == per_s * SECONDS and max(times_s) < 0.05
    Figure(f"relay, {per_s} callbacks/s for {SECONDS} s", told, "all within 50 ms", met=met).tell()


def spread_ms(times_s: list[float]) -> str:
    """Format median, p99 and maximum."""
    return ", ".join(f"p{percent} {percentile(times_s, percent) * 1000:.1f}" for percent in (50, 99, 100)) + " ms"


async def attacked(target: Target) -> int:
    """Return how many hostile requests got an answer that reveals something."""
    waiting, surprises = asyncio.Semaphore(ATTACKERS), 0

    async def strike(number: int) -> None:
        nonlocal surprises
        async with waiting:
            attack = tried[number]
            surprises += await commit(attack, target) not in attack.expected

    tried = list(itertools.islice(attacks(target, seed=2), ATTACKS))
    await asyncio.gather(*map(strike, range(ATTACKS)))
    return surprises


def unchanged_by_strangers(folder: Path) -> None:
    """Send a thousand hostile requests, with the real timeouts."""
    (folder / "token").write_text(TOKEN)
    with relay(folder) as (_, base_url, _):
        secret, callback = callback_secret(TOKEN, bytes(16)), b'{"data": {"taskId": "task_1"}}'
        headers = {**BEARER, "Content-Type": "image/jpeg", "Lifetime": "3600"}
        httpx.put(f"{base_url}/v1/pictures/{HANDLE}", content=JPEG, headers=headers).raise_for_status()
        httpx.post(f"{base_url}/c/{secret}", content=callback).raise_for_status()
        before, begun = all_that_is_kept(folder), time.perf_counter()
        target = Target("127.0.0.1", int(base_url.rpartition(":")[2]), TOKEN, HANDLE, secret, callback)
        surprises = asyncio.run(attacked(target))
        took, same = time.perf_counter() - begun, all_that_is_kept(folder) == before
        same = same and httpx.get(f"{base_url}/p/{HANDLE}").content == JPEG
    told = f"{surprises} surprises, {'nothing' if same else 'something'} changed, {took:.0f} s"
    Figure(f"relay, {ATTACKS:,} hostile requests", told, "nothing changes", met=same and not surprises).tell()


def kept_through_kills(folder: Path) -> None:
    """Kill −9 under load, again and again on one folder."""
    answered = lost = 0
    for _ in range(KILLS):
        with relay(folder, token=TOKEN) as (process, base_url, _):
            secrets = asyncio.run(storm(base_url, process))
        with relay(folder, token=TOKEN) as (_, base_url, _):
            lost += len(secrets - kept(base_url, secrets))
        answered += len(secrets)
    Figure(f"relay, {KILLS} × kill −9 under load", f"{answered} answered, {lost} lost", "none lost", met=not lost).tell()


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pace", "fast", "strangers", "kills"):
            (Path(folder) / name).mkdir()
        answered_in_time(Path(folder) / "pace", PER_S)
        answered_in_time(Path(folder) / "fast", PER_S * 3)
        unchanged_by_strangers(Path(folder) / "strangers")
        kept_through_kills(Path(folder) / "kills")


if __name__ == "__main__":
    main()
