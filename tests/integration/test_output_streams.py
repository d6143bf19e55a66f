"""Standard output may be full, closed, or a pipe whose reader left: a sentence or silence, no traceback and no lost task."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sampling import every

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it takes /dev/full and a shell")
FULL = "Standard output cannot be written: No space left on device."


@contextmanager
def broken_pipe() -> Iterator[int]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


def command(
    *arguments: str, data: Path, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, redirect: str = ""
) -> "subprocess.CompletedProcess[str]":
    start = [sys.executable, "-m", "sora_studio", *arguments]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirect}', "sh", *start],
        stdout=stdout,
        stderr=stderr,
        text=True,
        timeout=100,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "SORA_STUDIO_DATA_DIR": str(data),
        },
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose demo has one clip."""
    folder = tmp_path_factory.mktemp("data")
    assert command("generate", "--demo", "A harbour", data=folder).returncode == 0
    return folder


HELP = [(name, "--help") for name in ("generate", "simulate", "relay", "variations")]


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), *HELP, ("tasks", "--demo")], ids=" ".join)
def test_an_answer_that_cannot_be_written_is_a_sentence(data: Path, arguments: tuple[str, ...]) -> None:
    done = command(*arguments, data=data, redirect=">/dev/full")
    assert done.returncode == 6
    assert done.stderr.startswith(FULL)
    assert done.stderr.count("\n") == 1
    with broken_pipe() as pipe:
        done = command(*arguments, data=data, stdout=pipe)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("redirect", [">&-", "2>&-", "2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", [("--version",), ("tasks", "--demo")], ids=" ".join)
def test_a_closed_stream_or_a_full_one_for_words_is_no_error(data: Path, arguments: tuple[str, ...], redirect: str) -> None:
    done = command(*arguments, data=data, redirect=redirect)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_words_about_a_mistake_that_cannot_be_written_keep_its_exit_code(data: Path) -> None:
    for redirect in ("2>&-", "2>/dev/full"):
        assert command("tasks", "--limit", "none", data=data, redirect=redirect).returncode == 2


@pytest.mark.parametrize("redirect", [">/dev/full", "| head -1", ">&- 2>&-"][:: every(3)])
def test_a_task_is_kept_and_its_clip_comes_although_nothing_can_be_told(tmp_path: Path, redirect: str) -> None:
    sent = command("generate", "--demo", "--json", "A lighthouse", data=tmp_path, redirect=redirect)
    assert "Traceback" not in sent.stderr
    assert "Exception ignored" not in sent.stderr
    assert command("watch", "--demo", data=tmp_path).returncode == 0
    (line,) = command("tasks", "--demo", data=tmp_path).stdout.splitlines()
    assert line.endswith("· saved · A lighthouse")
