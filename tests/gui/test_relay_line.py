"""The line to a relay on the program's own loop: opened, read, closed and cancelled, it leaves nothing behind."""

import asyncio
import gc
from contextlib import aclosing
from pathlib import Path

import pytest

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.clock import Clock
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay

ROUNDS = 30


def test_a_line_can_be_closed_and_cancelled_at_any_time(loop: StudioEventLoop, tmp_path: Path) -> None:
    complaints = list[object]()
    loop.set_exception_handler(lambda _, context: complaints.append(context))

    async def scenario() -> None:
        relay = EmbeddedRelay(tmp_path)
        await relay.start()
        client = RelayClient(relay.base_url, token=lambda: relay.token, clock=Clock())
        epoch, cursor = (await client.greet()).epoch, 0

        async def listen(heard: "asyncio.Queue[Callback]") -> None:
            async for said in client.callbacks(epoch, cursor):
                if isinstance(said, Callback):
                    heard.put_nowait(said)

        for number in range(ROUNDS):
            async with aclosing(client.callbacks(epoch, cursor)) as line:
                assert isinstance(await anext(line), RelayGreeting)
            heard = asyncio.Queue[Callback]()
            listening = asyncio.create_task(listen(heard))
            await client.report(f"{relay.base_url}/c/{client.new_secret()}", f"task_{number}")
            callback = await heard.get()
            assert callback.task_id == f"task_{number}"
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
            cursor = callback.cursor
        for turns in range(ROUNDS):
            listening = asyncio.create_task(listen(asyncio.Queue()))
            for _ in range(turns):
                await asyncio.sleep(0)
            listening.cancel()
            await asyncio.wait([listening])
        await client.close()
        await relay.stop()

    loop.run_until_complete(scenario())
    gc.collect()
    assert complaints == []
    assert asyncio.all_tasks(loop) == set()
