"""One tracker for each data folder, whatever way the one before ended."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.storage.lock import DataFolderLock

HOLDER = """
import sys
from pathlib import Path
from sora_studio.storage.lock import DataFolderLock
lock = DataFolderLock(Path(sys.argv[1]))
print(lock.try_acquire(), flush=True)
sys.stdin.read()
"""


def test_only_one_holds_it_and_it_can_change_hands(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first, second = DataFolderLock(folder), DataFolderLock(folder)
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert second.try_acquire()
    assert not first.try_acquire()
    second.release()
    second.release()


def test_folders_do_not_know_each_other(tmp_path: Path) -> None:
    one, two = DataFolderLock(tmp_path / "one"), DataFolderLock(tmp_path / "two")
    assert one.try_acquire()
    assert two.try_acquire()
    one.release()
    two.release()


def test_the_system_frees_it_when_its_holder_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        lock = DataFolderLock(tmp_path)
        assert not lock.try_acquire()
        holder.kill()
        holder.wait(10)
        assert lock.try_acquire()
        lock.release()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", fail)
    with pytest.raises(DatabaseUnusable, match="Read-only"):
        DataFolderLock(tmp_path / "data").try_acquire()
