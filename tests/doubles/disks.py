"""Waiting for the threads that touch disks."""

import asyncio
import time

from sora_studio import disk_calls

WITHIN_S = 10.0


async def disks_rest() -> None:
    """Until every call that touches a disk has been answered; the answers are then queued on the loop."""

    def wait() -> None:
        give_up_at = time.monotonic() + WITHIN_S
        while disk_calls.unanswered():
            assert time.monotonic() < give_up_at, "a disk never answers"
            time.sleep(0.0005)

    await asyncio.to_thread(wait)
