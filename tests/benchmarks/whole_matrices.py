"""The matrices that the normal run of the tests only samples, as a whole: every page harmed, every step killed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.sampling import WHOLE

ROOT = Path(__file__).parents[2]
MATRICES = {
    "every page of a database harmed": ("unit/storage/test_salvage.py", "each_page or fill_the_gaps or random_harm"),
    "every step of a rescue killed": ("unit/storage/test_rescue.py", "kill_at_any_step"),
    "every statement of a migration failed or killed": ("unit/storage/test_migrations.py", "at_any_statement"),
    "the window killed at every moment": ("e2e/test_window_killed.py", "killed_at_any_moment"),
    "every output lost": ("integration/test_output_streams.py", "nothing_can_be_told"),
    "every step of a create killed": ("integration/test_killed_at_every_step.py", "create_that_goes_well"),
}


def main() -> int:
    """Print whether each matrix holds, and how long it took; return non-zero if one does not."""
    environment, broken = {"QT_QPA_PLATFORM": "offscreen", **os.environ, WHOLE: "1"}, False
    for name, (file, which) in MATRICES.items():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{file}", "-k", which]
        begun = time.monotonic()
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        passed, failed = (re.search(rf"(\d+) {word}", run.stdout) for word in ("passed", "failed"))
        holds = run.returncode == 0 and passed is not None and failed is None
        words = f"{passed[1] if passed else 0} passed in {time.monotonic() - begun:.0f} s"
        Figure(name, words, "all hold", met=holds).tell()
        if not holds:
            broken = True
            print(run.stdout[-3000:], file=sys.stderr)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
