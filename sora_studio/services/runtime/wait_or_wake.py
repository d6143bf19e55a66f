"""A sleep that an event can end; every loop of the services waits with it."""

import asyncio

from sora_studio.clock import Clock

LONGEST_REST_S = 30.0
"""Sleeps are capped at this, so that a suspend or a changed clock is noticed soon."""


async def wait_or_wake(clock: Clock, wake: asyncio.Event, seconds: float) -> bool:
    """Wait for `wake`, at most `seconds` (and `LONGEST_REST_S`). Return whether it was set, and clear it."""
    if not wake.is_set() and seconds > 0:
        sleeping = asyncio.ensure_future(clock.sleep(min(seconds, LONGEST_REST_S)))
        waking = asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
    woken = wake.is_set()
    wake.clear()
    return woken
