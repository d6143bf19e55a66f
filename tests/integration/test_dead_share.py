"""The clips' folder lies on a network share whose server is gone: the program goes on, says so, and ends when it is told to."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sora_studio import disk_calls
from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import NoticeRaised
from sora_studio.domain.task import Task, TaskState
from sora_studio.simulator.serve import running
from tests.doubles.dead_share import DeadShare, dead_share
from tests.integration.stage import all_ready, request, run, running_studio, until

POLLS = 40
"""More than the default pool ever has threads on a small machine."""
SOON_S = 30.0


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadShare]:
    monkeypatch.setattr(disk_calls, "ANSWER_WITHIN_S", 0.3)
    with dead_share(tmp_path / "clips") as share:
        yield share


def succeeded(tasks: list[Task]) -> bool:
    return bool(tasks) and all(task.state is TaskState.SUCCESS for task in tasks)


def test_the_rest_goes_on_and_the_clip_comes_once_the_share_is_back(share: DeadShare, tmp_path: Path) -> None:
    async def main(url: str) -> None:
        async with running_studio(tmp_path, url) as studio:
            said = list[str]()
            studio.events.subscribe(lambda event: said.append(event.text) if isinstance(event, NoticeRaised) else None)
            for _ in range(POLLS):
                assert await studio.library.free_bytes() is None
            async with asyncio.timeout(SOON_S):
                assert await asyncio.to_thread(lambda: "free") == "free"
            await studio.submission.submit(request())
            await until(studio, succeeded)
            await until(studio, lambda tasks: bool(tasks[0].clips[0].trouble))
            assert disk_calls.unanswered() <= 3 * disk_calls.AT_ONCE
            assert any("clips does not answer" in words for words in said), said
            share.come_back()
            studio.retry()
            await until(studio, all_ready)

    with running(speed=400.0) as server:
        run(main(server.url))


def test_clips_on_a_silent_folder_are_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_calls, "ANSWER_WITHIN_S", 0.3)

    async def main(url: str) -> None:
        async with running_studio(tmp_path, url) as studio:
            await studio.submission.submit(request())
            (task,) = await until(studio, all_ready)
            folder = tmp_path / "clips"
            folder.rename(tmp_path / "away")
            with dead_share(folder):
                studio.file_presence.look_for([task.id])
                await asyncio.to_thread(until_silent, folder)
                await studio.library.mark_seen(task.id)  # a write that comes after any that the silence may have caused
                (task,) = await studio.tasks.get_many([task.id])
                assert task.clips[0].state is ClipState.SAVED

    with running(speed=400.0) as server:
        run(main(server.url))


def until_silent(folder: Path) -> None:
    give_up_at = time.monotonic() + SOON_S
    while not disk_calls.is_silent(folder):
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
    time.sleep(0.05)  # the question's own deadline ends at the same moment


STUDIO = """
import asyncio, pathlib, sys
from sora_studio.studio import open_studio

async def main():
    data, clips = map(pathlib.Path, sys.argv[1:])
    async with open_studio(data_dir=data, base_url="http://127.0.0.1:9", output_dir=clips) as studio:
        asked = [asyncio.ensure_future(studio.library.free_bytes()) for _ in range(40)]
        print(await studio.library.free_bytes(), await asyncio.to_thread(lambda: "goes on"))

asyncio.run(main())
"""


def test_a_program_with_a_dead_share_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with dead_share(tmp_path / "clips") as share:
        began = time.monotonic()
        command = [sys.executable, "-c", STUDIO, tmp_path / "data", share.folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "None goes on\n", "")
        assert time.monotonic() - began < 4 * disk_calls.ANSWER_WITHIN_S


def test_the_command_line_says_that_a_folder_is_silent(tmp_path: Path) -> None:
    with dead_share(tmp_path / "clips") as share:
        command = [sys.executable, "-m", "sora_studio", "generate", "--demo", "--output", share.folder, "A harbour"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 2
        assert "does not answer" in done.stderr
