"""Ten thousand seeded schedules of faults and ends, and what they came to: at most one charge an intent, none lost."""

import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.faults.world import Outcome, outcome_of

SCHEDULES, ON_DISK = 10_000, 1_000
"""Over a store in memory, and of further ones over a real file."""
CHUNK = 100


def live(first: int, *, on_disk: bool) -> Outcome:
    """One chunk of schedules, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder), on_disk=on_disk)


def chunks() -> Iterator[tuple[int, bool]]:
    """The first seed of every chunk, and whether it is lived through on disk."""
    yield from ((first, False) for first in range(0, SCHEDULES, CHUNK))
    yield from ((first, True) for first in range(1_000_000, 1_000_000 + ON_DISK, CHUNK))


def main() -> None:
    """Prints what was tried and what became of it."""
    total = Outcome()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for lived in [pool.submit(live, first, on_disk=on_disk) for first, on_disk in chunks()]:
            total += lived.result()
    for sentence in total.broken:
        print(sentence, file=sys.stderr)
    tell(total)


def tell(total: Outcome) -> None:
    again = f"{total.sent_again} after tries that started nothing"
    Figure("faults, schedules tried", f"{total.schedules}, {ON_DISK} of them on disk; {total.intents} intents").tell()
    Figure("faults, met by creates", f"{total.faults.total()} of {len(total.faults)} kinds").tell()
    for fault, times in sorted(total.faults.items()):
        Figure(f"faults, {fault}", str(times)).tell()
    for end, times in sorted(total.ends.items()):
        Figure(f"faults, ends {end}", str(times)).tell()
    Figure("faults, intents charged once", f"{total.charged - total.charged_twice}, {again}").tell()
    Figure("faults, intents charged twice", str(total.charged_twice), "0", met=total.charged_twice == 0).tell()
    Figure("faults, intents lost", str(total.lost), "0", met=total.lost == 0).tell()
    Figure(
        "faults, unclear and visible",
        f"{total.visible} of {total.unclear}, {total.unclear_and_charged} of them charged",
        "all",
        met=total.visible == total.unclear,
    ).tell()
    Figure("faults, broken promises", str(len(total.broken)), "0", met=not total.broken).tell()


if __name__ == "__main__":
    main()
