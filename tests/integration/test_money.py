"""What the program says about money is what the service has charged."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from sora_studio.domain.errors import OutcomeUnknown, TaskUnknown
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.money import rounded
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import GatewayClient
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from tests.integration.stage import SPEED, all_ready, request, run, running_studio, until

ALONE = 2


async def until_the_balance_is_known(studio: Studio) -> None:
    await until(studio, lambda _: studio.balance.usd is not None)


def test_the_ledger_agrees_with_the_account(tmp_path: Path) -> None:
    async def story(url: str) -> float:
        async with running_studio(tmp_path, url) as studio:
            await until_the_balance_is_known(studio)
            for number in range(ALONE):
                await studio.submission.submit(request(f"film {number}"))
                await until(studio, lambda tasks: all_ready(tasks) and all(task.measured_usd is not None for task in tasks))
            await until(studio, lambda tasks: studio.spending.today.usd == rounded(sum(task.cost_usd or 0 for task in tasks)))
            return studio.spending.today.usd

    with running(speed=SPEED) as simulator:
        told_usd = run(story(simulator.url))
        charged_usd = rounded(sum(charge.usd for charge in simulator.state.charges))
    assert len(simulator.state.charges) == ALONE
    assert told_usd == charged_usd
    sys.stdout.write(f"\n{ALONE} tasks one after the other: charged ${charged_usd}, measured ${told_usd}\n")


def test_an_answer_that_was_lost_is_seen_in_the_balance_and_its_task_is_found_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = GatewayClient.create

    async def lose_the_answer(
        self: GatewayClient,
        request: GenerationRequest,
        profile: ModelProfile,
        addresses: Mapping[str, str],
        *,
        callback_url: str | None = None,
        claim: Callable[[], Awaitable[bool]],
    ) -> str | None:
        await create(self, request, profile, addresses, callback_url=callback_url, claim=claim)
        raise OutcomeUnknown

    monkeypatch.setattr(GatewayClient, "create", lose_the_answer)

    async def story(url: str) -> None:
        async with running_studio(tmp_path, url) as studio:
            await until_the_balance_is_known(studio)
            await studio.submission.submit(request())
            (task,) = await until(studio, lambda tasks: any(task.balance_after_usd is not None for task in tasks))
            (charge,) = simulator.state.charges
            assert task.state is TaskState.UNKNOWN
            assert task.measured_usd == charge.usd
            assert task.balance_before_usd is not None
            assert task.balance_after_usd == rounded(task.balance_before_usd - charge.usd)

            with pytest.raises(TaskUnknown):
                await studio.submission.look_up(task.id, "task_00000000")
            found = await studio.submission.look_up(task.id, charge.task_id)
            assert found.created_at is not None
            assert await studio.submission.attach(task.id, charge.task_id)
            await until(studio, all_ready)
        assert len(simulator.state.charges) == 1

    with running(speed=SPEED) as simulator:
        run(story(simulator.url))
