"""Thousands of seeded runs of publishing pictures: nothing stays public that no task needs, and nothing is paid for twice."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.pictures import outcome_of
from tests.faults.world import Outcome

SCHEDULES, CHUNK = 2000, 50


def live(first: int) -> Outcome:
    """Run one chunk of schedules, in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder))


def main() -> None:
    """Print what was tried and the outcome."""
    total = add_up(Outcome(), live, range(0, SCHEDULES, CHUNK))
    Figure("publishing, schedules run", f"{total.schedules}; {total.intents} tasks").tell()
    Figure("publishing, uploaded pictures", str(total.visible)).tell()
    Figure("publishing, faults", str(total.faults.total())).tell()
    Figure("publishing, exits of the program", f"{total.ends.total()} at {len(total.ends)} places").tell()
    Figure(
        "publishing, tasks charged twice", f"{total.charged_twice} of {total.charged}", "0", met=not total.charged_twice
    ).tell()
    Figure("publishing, tasks lost", str(total.lost), "0", met=total.lost == 0).tell()
    Figure("publishing, broken promises", str(len(total.broken)), "0", met=not total.broken).tell()


if __name__ == "__main__":
    main()
