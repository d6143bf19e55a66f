"""Asks on the terminal whether a request that was just sent is meant once more."""

import asyncio
import os
import sys
import threading

from sora_studio.cli.streams import write_err
from sora_studio.domain.errors import RequestRepeated


def can_ask() -> bool:
    """Whether a person sits at both ends."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


async def is_wanted(repeated: RequestRepeated) -> bool:
    """What the person answers; anything but yes is no."""
    write_err(f"{repeated.title} (task {repeated.task}). Send it again? [y/N] ")
    return (await _line()).strip().lower() in ("y", "yes")


async def _line() -> str:
    """One line of standard input, while tasks are followed on; a Ctrl+C leaves the reading thread behind and harms nothing."""
    loop, answer = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def read() -> None:
        said = os.read(sys.stdin.fileno(), 1024)  # not through the buffer, whose lock would hold up the program's end
        loop.call_soon_threadsafe(lambda: answer.done() or answer.set_result(said))

    threading.Thread(target=read, name="ask again", daemon=True).start()
    said: bytes = await answer
    return said.decode(errors="replace")
