"""Thousands of seeded runs of tasks with callbacks: none charged twice, none lost, fewer polls."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.reported import Outcome, outcome_of

SCHEDULES, CHUNK = 6000, 100


def live(first: int) -> Outcome:
    """Run one chunk of schedules, in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder))


def main() -> None:
    """Print what was tried and the outcome."""
    total = add_up(Outcome(), live, range(0, SCHEDULES, CHUNK))
    Figure("callbacks, schedules run", f"{total.schedules}; {total.tasks} tasks").tell()
    for misfortune, times in sorted(total.met.items()):
        Figure(f"callbacks, {misfortune}", str(times)).tell()
    Figure("callbacks, tasks charged twice", str(total.charged_twice), "0", met=total.charged_twice == 0).tell()
    Figure("callbacks, tasks lost", str(total.lost), "0", met=total.lost == 0).tell()
    Figure("callbacks, unclear tasks attached automatically", f"{total.attached}, {total.unclear} were never reported").tell()
    Figure("callbacks, polls", f"{total.questions}, {total.polls_saved} saved").tell()
    Figure("callbacks, broken promises", str(len(total.broken)), "0", met=not total.broken).tell()


if __name__ == "__main__":
    main()
