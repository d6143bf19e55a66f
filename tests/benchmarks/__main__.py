"""Runs every benchmark in its own process and prints one table, with targets beside the figures. Missed ones do not fail it."""

import json
import subprocess
import sys

from tests.benchmarks.figures import Figure

BENCHMARKS = (
    "first_paint",
    "editor",
    "drafts",
    "event_loop",
    "garbage",
    "leaks",
    "polling",
    "clock_changes",
    "tracked_day",
    "transfer_matrix",
    "task_list",
    "library_grid",
    "history_speed",
    "window_history",
    "query_fuzz",
    "hint_speed",
    "whole_matrices",
    "database",
    "memory",
    "faults",
    "reports",
    "publishing",
    "hostile_films",
    "films",
    "filmstrips",
    "pictures",
    "relay",
    "lending",
    "models",
    "every_model",
    "model_picker",
    "model_form",
    "estimates",
)
MARKS = {True: "met", False: "missed", None: ""}


def main() -> int:
    """Print the table; return non-zero only when a benchmark could not run."""
    figures, broken = list[Figure](), list[str]()
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        run = subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=False)
        figures += [Figure(**json.loads(line)) for line in run.stdout.splitlines() if line.startswith("{")]
        if run.returncode:
            broken.append(name)
    width = max((len(figure.name) for figure in figures), default=0)
    measured = max((len(figure.measured) for figure in figures), default=0)
    for figure in figures:
        aim = f"aim {figure.aim}" if figure.aim else ""
        print(f"{figure.name:<{width}}  {figure.measured:>{measured}}  {aim}  {MARKS[figure.met]}".rstrip())
    if broken:
        print(f"Could not run: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
