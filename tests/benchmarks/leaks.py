"""Each window and dialog opened and closed 200 times: remaining Qt objects, threads and memory."""

import subprocess
import sys
from pathlib import Path

OPENINGS = 200


def main() -> int:
    """Run the leak tests, which print their own figures. What else is printed is told only when a test fails."""
    options = ["-q", "-s", "--openings", str(OPENINGS), "--timeout", "1800"]
    command = [sys.executable, "-m", "pytest", *options, "tests/gui/test_leaks.py"]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    print(run.stdout)
    if run.returncode:
        print(run.stdout, run.stderr, file=sys.stderr)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
