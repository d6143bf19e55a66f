"""Thousands of seeded lives of pictures on their way: nothing stays public that no task needs, and none is paid for twice."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.schedules import add_up
from tests.faults.pictures import outcome_of
from tests.faults.world import Outcome

SCHEDULES, CHUNK = 2000, 50


def live(first: int) -> Outcome:
    """One chunk of schedules, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return outcome_of(range(first, first + CHUNK), Path(folder))


def main() -> None:
    """Prints what was tried and what became of it."""
    total = add_up(Outcome(), live, range(0, SCHEDULES, CHUNK))
    Figure("publishing, schedules tried", f"{total.schedules}; {total.intents} tasks").tell()
    Figure("publishing, pictures that left", str(total.visible)).tell()
    Figure("publishing, faults", str(total.faults.total())).tell()
    Figure("publishing, ends of the program", f"{total.ends.total()} at {len(total.ends)} places").tell()
    Figure(
        "publishing, tasks charged twice", f"{total.charged_twice} of {total.charged}", "0", met=not total.charged_twice
    ).tell()
    Figure("publishing, tasks lost", str(total.lost), "0", met=total.lost == 0).tell()
    Figure("publishing, broken promises", str(len(total.broken)), "0", met=not total.broken).tell()


if __name__ == "__main__":
    main()
