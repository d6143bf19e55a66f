"""A thousand seeded runs with suspends, clock changes of up to a day, restarts and lost connections: when polls were made."""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.unit.services.time_story import Life, random_events

LIVES, MOST_EVENTS = 1000, 12


def main() -> None:
    """Print how many polls came early, late or never."""
    breaches, questions, latest_s, began = list[str](), 0, 0.0, time.monotonic()
    for seed in range(LIVES):
        rng = random.Random(seed)
        events = random_events(rng, rng.randrange(1, MOST_EVENTS + 1))
        with tempfile.TemporaryDirectory() as folder:
            life = Life(Path(folder))
            asyncio.run(life.live(events))
        breaches += [f"seed {seed}: {breach}" for breach in life.breaches]
        questions += sum(map(len, life.service.asked_by.values()))
        latest_s = max(latest_s, life.latest_s)
    took_s = time.monotonic() - began
    Figure("clock changes, runs and polls", f"{LIVES} runs, {questions:,} polls in {took_s:.0f} s").tell()
    Figure("clock changes, early, late or forgotten", str(len(breaches)), "0", met=not breaches).tell()
    Figure("clock changes, latest poll", f"{latest_s:.2f} s awake", "under 1 s", met=latest_s < 1).tell()
    for breach in breaches[:10]:
        print(breach)


if __name__ == "__main__":
    main()
