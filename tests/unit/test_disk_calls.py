"""A folder that does not answer costs its own callers a moment and everything else nothing."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sora_studio import disk_calls
from sora_studio.disk_calls import DiskThreads
from sora_studio.domain.errors import FolderSilent
from tests.doubles.disks import disks_rest

SHORT_S = 0.05
SOON_S = 10.0


class Pipe:
    """A FIFO that blocks its readers until something is written, as a dead share blocks them."""

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, path.parent
        self.begun = threading.Semaphore(0)
        self.over = threading.Event()
        os.mkfifo(path)

    def read(self) -> bytes:
        self.begun.release()
        return self.path.read_bytes()

    def answer(self) -> None:
        """Let every reader go on, those that come later too."""
        threading.Thread(target=self._feed).start()

    def _feed(self) -> None:
        while not self.over.wait(0.005):
            with contextlib.suppress(OSError):  # nobody reads just now
                os.close(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    if sys.platform == "win32":
        pytest.skip("there are no such pipes here")
    (tmp_path / "share").mkdir()
    pipe = Pipe(tmp_path / "share" / "film.mp4")
    yield pipe
    pipe.answer()
    asyncio.run(disks_rest())
    pipe.over.set()


async def begun(pipe: Pipe) -> None:
    """A call of the pipe's folder blocks now."""
    assert await asyncio.to_thread(pipe.begun.acquire, timeout=SOON_S)


async def until_free(threads: DiskThreads) -> None:
    """Until no thread waits for a disk."""

    def wait() -> bool:
        give_up_at = time.monotonic() + SOON_S
        while threads.unanswered and time.monotonic() < give_up_at:
            time.sleep(0.001)
        return not threads.unanswered

    assert await asyncio.to_thread(wait)


def test_an_answer_comes_back_and_an_error_too(tmp_path: Path) -> None:
    async def main() -> None:
        threads = DiskThreads()
        assert await threads.run(tmp_path, tmp_path.is_dir)
        with pytest.raises(FileNotFoundError):
            await threads.run(tmp_path, (tmp_path / "nothing").read_bytes)
        await until_free(threads)

    asyncio.run(main())


def test_a_silent_folder_is_said_after_its_deadline_and_at_once_after_that(pipe: Pipe) -> None:
    async def main() -> None:
        threads = DiskThreads()
        with pytest.raises(FolderSilent, match="share does not answer"):
            await threads.run(pipe.folder, pipe.read, within_s=SHORT_S)
        asked = list[str]()
        began = time.monotonic()
        for _ in range(100):
            with pytest.raises(OSError, match="does not answer"):
                await threads.run(pipe.folder, lambda: asked.append("asked"))
        assert time.monotonic() - began < disk_calls.ANSWER_WITHIN_S
        assert (threads.unanswered, asked) == (1, [])
        pipe.answer()
        await until_free(threads)
        assert await threads.run(pipe.folder, lambda: "here again") == "here again"

    asyncio.run(main())


def test_a_dead_folder_holds_up_neither_another_folder_nor_the_common_pool(pipe: Pipe, tmp_path: Path) -> None:
    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        threads = DiskThreads(at_once=2)
        waiting = [asyncio.create_task(threads.run(pipe.folder, pipe.read)) for _ in range(20)]
        await begun(pipe)
        await begun(pipe)
        assert await threads.run(tmp_path, lambda: "another folder") == "another folder"
        assert await asyncio.to_thread(lambda: "the pool") == "the pool"
        assert threads.unanswered == 2
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        assert all(task.cancelled() for task in waiting)
        pipe.answer()
        await until_free(threads)
        assert not pipe.begun.acquire(blocking=False), "calls were begun that had been given up"

    asyncio.run(main())


def test_one_at_a_time_means_in_their_order(tmp_path: Path) -> None:
    async def main() -> None:
        threads, written = DiskThreads(at_once=1), list[int]()
        await asyncio.gather(*(threads.run(tmp_path, lambda number=number: written.append(number)) for number in range(200)))
        assert written == list(range(200))

    asyncio.run(main())


def test_what_may_come_later_comes_once_the_folder_answers(pipe: Pipe) -> None:
    async def main() -> None:
        threads, closed = DiskThreads(at_once=1), threading.Event()
        with pytest.raises(FolderSilent):
            await threads.run(pipe.folder, pipe.read, within_s=SHORT_S)
        threads.later(pipe.folder, closed.set)
        assert not closed.is_set()
        pipe.answer()
        assert await asyncio.to_thread(closed.wait, SOON_S)

    asyncio.run(main())


def test_without_a_loop_the_caller_is_held_no_longer_than_the_deadline(pipe: Pipe) -> None:
    threads = DiskThreads()
    assert threads.wait(pipe.folder, lambda: 7) == 7
    with pytest.raises(FolderSilent):
        threads.wait(pipe.folder, pipe.read, within_s=SHORT_S)
    with pytest.raises(FolderSilent):
        threads.wait(pipe.folder, lambda: 7)


BLOCKED = """
import asyncio, pathlib, sys
from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent

pipe = pathlib.Path(sys.argv[1])

async def main():
    tasks = [asyncio.create_task(on_disk(pipe.parent, pipe.read_bytes, within_s=0.1)) for _ in range(30)]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    print(sum(isinstance(answer, FolderSilent) for answer in done))

asyncio.run(main())
"""


def test_a_process_ends_although_its_disk_never_answers(pipe: Pipe) -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED, pipe.path], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "30\n", "")


WRITING = """
import pathlib, sys, threading, time
from sora_studio.disk_calls import DiskThreads

target, begun = pathlib.Path(sys.argv[1]), threading.Event()

def write():
    begun.set()
    time.sleep(0.3)
    target.write_text("whole")

threads = DiskThreads()
asker = threading.Thread(target=threads.wait, args=(target.parent, write), daemon=True)
asker.start()
begun.wait()
"""


def test_the_end_of_the_process_waits_for_a_disk_that_is_still_in_time(tmp_path: Path) -> None:
    target = tmp_path / "note.txt"
    subprocess.run([sys.executable, "-c", WRITING, target], timeout=60, check=True)
    assert target.read_text() == "whole"
