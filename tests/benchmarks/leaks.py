"""Each window and dialog opened and closed 200 times: Qt objects, threads and memory that are left."""

import subprocess
import sys
from pathlib import Path

OPENINGS = 200


def main() -> int:
    """Prints the leak tests' own figures; each opening is theirs as well."""
    options = ["-q", "-s", "--openings", str(OPENINGS), "--timeout", "1800"]
    command = [sys.executable, "-m", "pytest", *options, "tests/gui/test_leaks.py"]
    return subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
