"""Ten thousand seeded schedules of faults and ends, and what they came to: at most one charge an intent, none lost."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.world import Outcome, outcome_of

SCHEDULES, ON_DISK = 10_000, 1_000
"""Over a store in memory, and of further ones over a real file."""
FIRST_ON_DISK = 1_000_000
"""The seed of the first of those."""
CHUNK = 100


def live(first: int) -> Outcome:
    """One chunk of schedules, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder), on_disk=first >= FIRST_ON_DISK)


def main() -> None:
    """Prints what was tried and what became of it."""
    tell(add_up(Outcome(), live, [*range(0, SCHEDULES, CHUNK), *range(FIRST_ON_DISK, FIRST_ON_DISK + ON_DISK, CHUNK)]))


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
