"""The body of an upload in pieces: of a picture in memory, or of a file that is read while it is sent."""

import asyncio
import os
from collections.abc import AsyncGenerator
from functools import partial

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.errors import FolderSilent, PublishingFailed
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import medium_of

PIECE_BYTES = 1 << 16
"""Small, so that the write time-out, which applies to each piece, fits a slow line."""
READ_BYTES = 1 << 20
MOST_BYTES_PER_S = 50_000_000
"""Faster than most lines. Without it an upload to this machine keeps the loop busy, and the window answers late."""
STALL_S = 120.0
"""How long an upload of a file may make no progress; also the time for the answer after its last piece."""


class _Changed(Exception):
    """The file is not the one that was prepared."""


async def pieces_of_picture(content: bytes) -> AsyncGenerator[bytes]:
    """Split a picture, so that no whole copy is buffered."""
    for begin in range(0, len(content), PIECE_BYTES):
        yield content[begin : begin + PIECE_BYTES]


async def pieces_of_file(file: PreparedFile, stall: asyncio.Timeout) -> AsyncGenerator[bytes]:
    """Read a file off the loop, and extend `stall` with every piece.

    Raises `PublishingFailed` if the file cannot be read or has changed, and `FolderSilent`. It is opened for each read, so that
    an upload of an hour holds no file open.
    """
    loop, buffer = asyncio.get_running_loop(), bytearray(READ_BYTES)
    due = loop.time()
    for offset in range(0, file.size_bytes, READ_BYTES):
        stall.reschedule(None)  # a disk has a deadline of its own
        await asyncio.sleep(due - loop.time())
        due = loop.time() + READ_BYTES / MOST_BYTES_PER_S
        count = await _read(file, offset, buffer)
        for begin in range(0, count, PIECE_BYTES):
            stall.reschedule(loop.time() + STALL_S)
            yield bytes(buffer[begin : min(begin + PIECE_BYTES, count)])


async def _read(file: PreparedFile, offset: int, buffer: bytearray) -> int:
    """Fill the buffer and return the count. A call's result lives until the next garbage collection: it must be small."""
    medium = medium_of(file.media_type)
    try:
        return await on_disk(file.path.parent, partial(_read_now, file, offset, buffer), within_s=WORK_WITHIN_S)
    except FolderSilent:
        raise
    except _Changed:
        failure = f"The {medium}'s copy changed while it was sent."
    except OSError as error:
        failure = f"The {medium}'s copy cannot be read: {error.strerror or type(error).__name__}."
    raise PublishingFailed(failure, advice="Try again: a new copy is made.")


def _read_now(file: PreparedFile, offset: int, buffer: bytearray) -> int:
    with file.path.open("rb") as opened:
        if os.fstat(opened.fileno()).st_size != file.size_bytes:
            raise _Changed
        opened.seek(offset)
        count = opened.readinto(buffer)
    if count != min(READ_BYTES, file.size_bytes - offset):
        raise _Changed
    return count
