"""A studio closes everything that it opened, although one part of it fails to close."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.services.callbacks.relay_link import RelayLink
from sora_studio.services.engine import Engine
from sora_studio.storage.database import Database
from tests.integration.stage import run, running_studio

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("part", "method"),
    [(Engine, "finish"), (RelayLink, "close"), (FilmTransfer, "close"), (GatewayClient, "close"), (Database, "close")],
)
def test_a_part_that_fails_to_close_leaves_nothing_else_open(
    tmp_path: Path, part: type[object], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = getattr(part, method)

    async def close_and_fail(self: object) -> None:
        await close(self)
        raise RuntimeError(method)

    async def scene() -> None:
        with monkeypatch.context() as failing:
            failing.setattr(part, method, close_and_fail)
            with pytest.raises(RuntimeError, match=method):
                async with running_studio(tmp_path, NOBODY) as studio:
                    assert studio.tracking.is_owner
        assert asyncio.all_tasks() == {asyncio.current_task()}
        async with running_studio(tmp_path, NOBODY) as studio:
            assert studio.tracking.is_owner, "the folder's lock was not released"

    run(scene())
