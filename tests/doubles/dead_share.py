"""A folder whose server is gone: a FUSE file system that nothing serves. Every call that touches it blocks in the kernel."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_LAZY = 2


class DeadShare:
    """Blocks whoever touches `folder` until `come_back`, which ends the calls with an error."""

    def __init__(self, folder: Path, device: int) -> None:
        self.folder = folder
        self._device = device

    def come_back(self) -> None:
        """End all that blocks; from now on the folder is an empty one. Twice is fine."""
        if self._device >= 0:
            ctypes.CDLL(None).umount2(os.fsencode(self.folder), _LAZY)
            os.close(self._device)
            self._device = -1


@contextlib.contextmanager
def dead_share(folder: Path) -> Iterator[DeadShare]:
    """Mount one at `folder`, which is made. Skips the test where that is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("only root on Linux may mount a share")
    folder.mkdir(parents=True)
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
    if ctypes.CDLL(None).mount(b"dead", os.fsencode(folder), b"fuse", 0, options):
        os.close(device)
        pytest.skip("this container may not mount")
    share = DeadShare(folder, device)
    try:
        yield share
    finally:
        share.come_back()
