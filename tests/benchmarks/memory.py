"""Resident memory of the window on the simulator: open and idle, and after a clip has played."""

import re
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.screen import measure, run_window

AIM_MB = 150

WINDOW = """
import asyncio, sys
from pathlib import Path
from sora_studio.app.session import Session

original_start = Session._start

async def measured(self, on_bug):
    await original_start(self, on_bug)
    await asyncio.sleep(2)
    status = Path("/proc/self/status").read_text()
    print("idle", next(line for line in status.splitlines() if line.startswith("VmRSS")), flush=True)
    self._view.window().close()

Session._start = measured
from sora_studio.__main__ import main as start
start(sys.argv[1:])
"""


def benchmark(environment: dict[str, str]) -> None:
    """Print the resident size. Only Linux reports it without another library."""
    if not Path("/proc/self/status").exists():
        Figure("memory", "not measured on this system").tell()
        return
    with tempfile.TemporaryDirectory() as folder:
        output = run_window(WINDOW, {**environment, "SORA_STUDIO_DATA_DIR": folder})
    match = re.search(r"idle VmRSS:\s+(\d+) kB", output)
    assert match, output
    resident_mb = int(match[1]) * 1024 / 1e6
    Figure("memory, window open", f"{resident_mb:.0f} MB", f"under {AIM_MB} MB", met=resident_mb < AIM_MB).tell()


if __name__ == "__main__":
    sys.exit(measure(benchmark))
