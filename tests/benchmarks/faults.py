"""Ten thousand seeded schedules of faults and exits, and their outcome: each intent charged at most once, none lost."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.world import Outcome, outcome_of

SCHEDULES, ON_DISK = 10_000, 1_000
"""Schedules over a store in memory, and further ones over a real file."""
FIRST_ON_DISK = 1_000_000
"""Seed of the first schedule."""
CHUNK = 100


def live(first: int) -> Outcome:
    """Run one chunk of schedules, in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder), on_disk=first >= FIRST_ON_DISK)


def main() -> None:
    """Print what was tried and the outcome."""
    tell(add_up(Outcome(), live, [*range(0, SCHEDULES, CHUNK), *range(FIRST_ON_DISK, FIRST_ON_DISK + ON_DISK, CHUNK)]))


def tell(total: Outcome) -> None:
    again = f"{total.sent_again} after attempts that started nothing"
    Figure("faults, schedules run", f"{total.schedules}, {ON_DISK} of them on disk; {total.intents} intents").tell()
    Figure("faults, hit creates", f"{total.faults.total()} of {len(total.faults)} kinds").tell()
    for fault, times in sorted(total.faults.items()):
        Figure(f"faults, {fault}", str(times)).tell()
    for end, times in sorted(total.ends.items()):
        Figure(f"faults, exits {end}", str(times)).tell()
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
