"""A kill while typing loses what was typed in the last second, at most."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

from sora_studio.domain.draft import Draft
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts

KILLS = 2
AT_MOST_S = 1.0


def typed_before_the_kill(folder: Path, seconds: float) -> tuple[list[tuple[int, float]], float]:
    """Let somebody type for so long; return how many characters were there at which time, and the time of the kill."""
    command = [sys.executable, "-m", "tests.integration.typist", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as typist:
        assert typist.stdout is not None
        first = typist.stdout.readline()
        until = float(first.split()[1]) + seconds
        lines = [first]
        while float(lines[-1].split()[1]) < until:
            lines.append(typist.stdout.readline())
        killed_at = time.monotonic()
        typist.kill()
        lines += typist.stdout.read().splitlines(keepends=True)
    return [(int(line.split()[0]), float(line.split()[1])) for line in lines if line.endswith("\n")], killed_at


async def draft_in(folder: Path) -> Draft | None:
    database = Database(folder / "studio.db")
    await database.open()
    found = await SqliteDrafts(database).latest()
    await database.close()
    return found


def lost_s(folder: Path, kills: int, *, seed: int) -> list[float]:
    """Return how many seconds of typing each kill has lost."""
    rng, lost = random.Random(seed), list[float]()
    for _ in range(kills):
        typed, killed_at = typed_before_the_kill(folder, rng.uniform(0.3, 1.9))
        kept = asyncio.run(draft_in(folder))
        length = len(kept.request.prompt) if kept else 0
        assert kept is None or kept.caret in (length, length - 1)
        lost.append(killed_at - next((at for count, at in typed if count > length), killed_at))
    return lost


def test_a_kill_while_typing_loses_at_most_a_second(tmp_path: Path) -> None:
    assert max(lost_s(tmp_path, KILLS, seed=5)) <= AT_MOST_S
