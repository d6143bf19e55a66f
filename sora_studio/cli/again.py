"""Asks on the terminal before something is paid for: a request that was just sent, or several tasks at once."""

import asyncio
import os
import sys
import threading

from sora_studio.cli.streams import write_err
from sora_studio.domain.errors import RequestRepeated


def can_ask() -> bool:
    """Return whether standard input and error are both terminals."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


async def is_wanted(repeated: RequestRepeated) -> bool:
    """Ask, and return whether the answer is yes; anything else means no."""
    write_err(f"{repeated.title} (task {repeated.task}). Send it again? [y/N] ")
    return (await _line()).strip().lower() in ("y", "yes")


async def is_agreed(summary: str) -> bool:
    """Ask whether to create the tasks that the sentence is about; return whether the answer is yes."""
    write_err(f"{summary} Create them? [y/N] ")
    return (await _line()).strip().lower() in ("y", "yes")


async def _line() -> str:
    """Return one line of standard input, read in a daemon thread while tasks are followed. Ctrl+C abandons the thread."""
    loop, answer = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def read() -> None:
        said = os.read(sys.stdin.fileno(), 1024)  # unbuffered: the buffer's lock would block the exit
        loop.call_soon_threadsafe(lambda: answer.done() or answer.set_result(said))

    threading.Thread(target=read, name="ask again", daemon=True).start()
    said: bytes = await answer
    return said.decode(errors="replace")
