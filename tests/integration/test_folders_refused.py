"""Folders of another user: a sentence and an exit code, before anything is sent, and nothing is left in them."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.unprivileged import command, give_back, is_root, linux_only, take_away

pytestmark = linux_only


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of another user."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    take_away(folder)
    return folder


@pytest.mark.parametrize(
    ("mode", "below", "words"),
    [
        (0o755, "", "Clips cannot be saved in {}: you may not write there. Nothing was sent"),
        (0o755, "clips", "Clips cannot be saved in {}: you may not write there. Nothing was sent"),
        (0o700, "", "Clips cannot be saved in {}: you may not write there. Nothing was sent"),
        (0o700, "clips", "{} cannot be used: Permission denied"),
    ],
)
def test_clips_that_could_not_be_saved_are_not_ordered(
    foreign: Path, tmp_path: Path, mode: int, below: str, words: str
) -> None:
    if is_root():
        foreign.chmod(mode)
    done = command("generate", "--demo", "--output", foreign / below, "A harbour", data=tmp_path / "data")
    assert done.returncode == 2
    if is_root():
        assert words.format(foreign / below) in done.stderr
    assert done.stdout == ""
    assert command("tasks", "--demo", data=tmp_path / "data").stdout == ""
    give_back(foreign)
    assert list(foreign.iterdir()) == []


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A disk that is mounted read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not is_root() or subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_read_only_disk_is_named_as_that(read_only: Path, tmp_path: Path) -> None:
    done = command("generate", "--demo", "--output", read_only / "clips", "A harbour", data=tmp_path / "data")
    assert done.returncode == 2
    assert f"Clips cannot be saved in {read_only / 'clips'}: its disk is read-only. Nothing was sent" in done.stderr
    done = command("tasks", data=read_only)
    assert done.returncode == 6
    assert done.stderr.startswith(f"The data folder {read_only} cannot be used: its disk is read-only.")


@pytest.mark.parametrize("arguments", [("tasks",), ("watch",), ("generate", "A harbour"), ("tasks", "--demo")], ids=" ".join)
@pytest.mark.parametrize("below", ["", "data"])
def test_a_data_folder_of_another_user_is_a_sentence(foreign: Path, arguments: tuple[str, ...], below: str) -> None:
    data = foreign / below
    done = command(*arguments, data=data)
    assert done.returncode == 6
    folder = data / "demo" if "--demo" in arguments else data
    words = "Give this user the right to write there, or name another folder in SORA_STUDIO_DATA_DIR."
    assert done.stderr == f"The data folder {folder} cannot be used: you may not write there. {words}\n"
    assert done.stdout == ""
    give_back(foreign)
    assert list(foreign.iterdir()) == []


PARTS = {
    "models": (0, "models: The folder cannot be read: Permission denied."),
    "logs": (0, "No log file"),
    "settings.toml": (0, "settings.toml cannot be read: Permission denied."),
    "tracker.lock": (6, "tracker.lock cannot be opened: Permission denied."),
    "studio.db": (6, "studio.db cannot be opened: the file or its folder cannot be used."),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_data_folder_of_another_user_is_a_sentence(tmp_path: Path, name: str) -> None:
    code, words = PARTS[name]
    data = tmp_path / "data"
    assert command("watch", data=data).returncode == 0
    part = data / name
    if name == "logs":
        for file in part.iterdir():
            file.unlink()
    elif part.suffix:
        part.touch()
    else:
        part.mkdir()
    take_away(part)
    done = command("watch", data=data)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "went wrong inside" not in done.stderr


def test_a_data_folder_becomes_private_whatever_command_comes_first(tmp_path: Path) -> None:
    for number, arguments in enumerate([("key", "status"), ("tasks",), ("tasks", "--demo")]):
        data = tmp_path / str(number)
        command(*arguments, data=data)
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
    data.chmod(0o755)
    assert command("tasks", data=data).stderr == ""
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
