"""Waiting that a wake-up can end: the one way in which the services' loops rest."""

import asyncio

from sora_studio.clock import Clock

LONGEST_REST_S = 30.0
"""Sleeps are cut to this, so that a suspended machine or a changed clock is noticed soon."""


async def wait_or_wake(clock: Clock, wake: asyncio.Event, seconds: float) -> bool:
    """Wait for `wake`, at most `seconds` (and `LONGEST_REST_S`); says whether it was set, and clears it."""
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
