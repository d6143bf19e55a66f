"""Folders are private to their user, and whether they can be written, or why not, is known before anything relies on it."""

import errno
import os
import sys
from pathlib import Path

import pytest

from sora_studio.folders import make_and_try, make_private, why_unusable, write_briefly, write_where_it_would_be

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_a_new_folder_and_what_it_lies_in_are_for_their_user_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_private(tmp_path / "new")
        os.umask(umask & 0o077)
        make_private(tmp_path / "above" / "data")
    finally:
        os.umask(before)
    assert rights(tmp_path / "new") == rights(tmp_path / "above" / "data") == rights(tmp_path / "above") == 0o700


@posix_only
@pytest.mark.parametrize(("found", "left"), [(0o755, 0o700), (0o777, 0o700), (0o770, 0o700), (0o2750, 0o2700), (0o700, 0o700)])
def test_a_folder_that_exists_loses_the_rights_of_others_and_keeps_its_files(tmp_path: Path, found: int, left: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "studio.db").write_text("kept")
    folder.chmod(found)
    make_private(folder)
    make_private(folder)
    assert rights(folder) == left
    assert (folder / "studio.db").read_text() == "kept"


@posix_only
def test_folders_with_other_uses_keep_their_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, shared = tmp_path / "people" / "home", tmp_path / "shared"
    home.mkdir(parents=True)
    shared.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for folder, mode in ((home, 0o755), (home.parent, 0o755), (shared, 0o1777)):
        folder.chmod(mode)
        make_private(folder)
        assert rights(folder) == mode


def test_a_folder_that_is_there_can_be_written_and_nothing_stays(tmp_path: Path) -> None:
    for attempt in (make_and_try, write_briefly, write_where_it_would_be):
        attempt(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_a_folder_would_be_is_tried_without_making_it(tmp_path: Path) -> None:
    write_where_it_would_be(tmp_path / "new" / "clips")
    assert list(tmp_path.iterdir()) == []
    make_and_try(tmp_path / "new" / "clips")
    assert list((tmp_path / "new" / "clips").iterdir()) == []


@posix_only
@pytest.mark.parametrize("below", ["", "clips", "clips/of/mine"])
def test_what_stands_in_the_way_is_named(tmp_path: Path, below: str) -> None:
    file, link, loop = tmp_path / "file", tmp_path / "link", tmp_path / "loop"
    file.touch()
    link.symlink_to(tmp_path / "nowhere")
    loop.symlink_to(loop)
    reasons = {file: f"{file} is not a folder"}
    reasons |= {place: f"{place} is a link that leads to no folder" for place in (link, loop)}
    for place, reason in reasons.items():
        for attempt in (make_and_try, write_where_it_would_be):
            with pytest.raises(OSError) as refused:
                attempt(place / below)
            assert refused.value.strerror == reason
    assert sorted(tmp_path.iterdir()) == [file, link, loop]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EACCES, "you may not write there"),
        (errno.EPERM, "you may not write there"),
        (errno.EROFS, "its disk is read-only"),
        (errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)[:1].lower() + os.strerror(errno.ENAMETOOLONG)[1:]),
    ],
)
def test_the_systems_reason_is_given_in_words(tmp_path: Path, code: int, reason: str) -> None:
    assert why_unusable(tmp_path / "clips", OSError(code, os.strerror(code))) == reason


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow other lengths")
def test_a_name_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="name too long"):
        make_and_try(tmp_path / ("x" * 300))
