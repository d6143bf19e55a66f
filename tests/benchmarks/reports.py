"""Thousands of seeded lives of reported tasks, and what they came to: none charged twice, none lost, fewer questions."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.reported import Outcome, outcome_of

SCHEDULES, CHUNK = 6000, 100


def live(first: int) -> Outcome:
    """One chunk of schedules, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder))


def main() -> None:
    """Prints what was tried and what became of it."""
    total = add_up(Outcome(), live, range(0, SCHEDULES, CHUNK))
    Figure("reports, schedules tried", f"{total.schedules}; {total.tasks} tasks").tell()
    for misfortune, times in sorted(total.met.items()):
        Figure(f"reports, {misfortune}", str(times)).tell()
    Figure("reports, tasks charged twice", str(total.charged_twice), "0", met=total.charged_twice == 0).tell()
    Figure("reports, tasks lost", str(total.lost), "0", met=total.lost == 0).tell()
    Figure("reports, unclear ones attached by themselves", f"{total.attached}, {total.unclear} were never reported").tell()
    Figure("reports, questions asked", f"{total.questions}, {total.polls_saved} saved").tell()
    Figure("reports, broken promises", str(len(total.broken)), "0", met=not total.broken).tell()


if __name__ == "__main__":
    main()
