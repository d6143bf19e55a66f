"""Many tasks of the simulator end at the same moment, and every report reaches the relay on the same machine."""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sora_studio.domain.relay import callback_secret
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.simulator.folder import Folder
from sora_studio.simulator.serve import running

TASKS = 100
DEMO_SPEED = 30.0
PROCESSORS = 28
"""As many as a large machine has: the simulator delivers 32 at once there."""


async def reported(relay: EmbeddedRelay, wanted: set[str]) -> None:
    """Returns once the mailbox has brought every wanted secret."""
    headers = {"Authorization": f"Bearer {relay.token}"}
    async with (
        asyncio.timeout(10),
        httpx.AsyncClient(trust_env=False, headers=headers) as http,
        http.stream("GET", f"{relay.base_url}/v1/callbacks") as stream,
    ):
        async for line in stream.aiter_lines():
            wanted.discard(json.loads(line).get("secret", ""))
            if not wanted:
                return


def accept_and_end(folder: Path, urls: Iterable[str]) -> None:
    """Tasks that a simulator has accepted, and that were over as soon as it was gone."""
    text = {"mode": "text-to-video", "prompt": "A harbour [fail:GENERATION_FAILED]"}
    headers = {"Authorization": "Bearer key"}
    with running(state=folder) as simulator, httpx.Client(trust_env=False, headers=headers) as http:
        for url in urls:
            order = {"request_type": "callback", "callback_url": url, "input": text}
            http.post(f"{simulator.url}/api/v1/generateTask/sora-2", json=order).raise_for_status()
    kept, now = Folder(folder), time.time()
    for task in kept.load_all():
        kept.save(replace(task, starts_at=now, ends_at=now))


def test_a_hundred_that_end_at_once_are_all_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: PROCESSORS)

    async def check() -> None:
        relay, folder = EmbeddedRelay(tmp_path / "relay"), tmp_path / "simulator"
        await relay.start()
        try:
            secrets = {callback_secret(relay.token, number.to_bytes(16, "big")) for number in range(TASKS)}
            accept_and_end(folder, [f"{relay.base_url}/c/{secret}" for secret in secrets])
            with running(state=folder, speed=DEMO_SPEED):
                await reported(relay, secrets)
        finally:
            await relay.stop()

    asyncio.run(check())
