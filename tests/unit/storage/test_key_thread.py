"""Who waits for the key store can be told to stop at any moment."""

import asyncio
import threading

import pytest

from sora_studio.storage.key_thread import KeyThread


def test_a_cancellation_that_comes_together_with_the_answer_is_not_lost() -> None:
    async def check() -> None:
        thread = KeyThread()
        waiting = asyncio.create_task(thread.run(lambda: "key", timeout_s=30.0))
        await asyncio.sleep(0)  # it asks
        answered = threading.Event()
        later = asyncio.create_task(thread.run(answered.set, timeout_s=30.0))
        await asyncio.sleep(0)
        answered.wait(10.0)  # calls run one after another: the first one's answer is on its way by now
        await asyncio.sleep(0)  # it has arrived, and the one who waits has not gone on yet
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await later

    asyncio.run(check())
