"""A file is whole whatever happens while it is written."""

import os
import stat
import sys
from pathlib import Path

import pytest

from sora_studio.atomic_file import write_whole


def test_the_content_is_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "note.txt"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "hidden"])
def test_what_fails_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, is_named: bool
) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"old")
    unfinished = tmp_path / "note.txt.part" if is_named else None

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail) if step == "fsync" else patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space left"):
            write_whole(path, b"new", unfinished=unfinished)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_is_overwritten(tmp_path: Path) -> None:
    path, unfinished = tmp_path / "clip.json", tmp_path / "clip.json.part"
    unfinished.write_bytes(b"half a")
    write_whole(path, b"whole", unfinished=unfinished)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"whole"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_hidden_files_are_private_and_named_ones_as_the_user_wants_files(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "private", b"")
        write_whole(tmp_path / "shared", b"", unfinished=tmp_path / "shared.part")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("private", "shared")]
    assert modes == [0o600, 0o644]
