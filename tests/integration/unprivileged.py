"""Commands that are bound by a file's rights also when the tests run as root, and folders that belong to somebody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_OTHER_USER = 65_534
_DROP = """
import ctypes, os, sys
for override in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
    assert ctypes.CDLL(None).prctl(24, override, 0, 0, 0) == 0  # PR_CAPBSET_DROP, which holds from the next exec on
os.execv(sys.executable, [sys.executable, "-m", "sora_studio", *sys.argv[1:]])
"""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="rights are tried out as Linux has them")


def is_root() -> bool:
    return os.geteuid() == 0


def take_away(path: Path) -> None:
    """Let it belong to somebody else; where that cannot be, nobody may use it."""
    if is_root():
        path.chmod(0o700)
        os.chown(path, _OTHER_USER, -1)
    else:
        path.chmod(0)


def give_back(path: Path) -> None:
    if is_root():
        os.chown(path, 0, -1)
    path.chmod(0o700)


def command(*arguments: str | Path, data: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `sora-studio` without root's right to pass over rights."""
    start = ["-c", _DROP] if is_root() else ["-m", "sora_studio"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": str(_ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "SORA_STUDIO_DATA_DIR": str(data),
            **environment,
        },
    )
