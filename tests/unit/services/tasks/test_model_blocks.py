"""A refused or missing model: one task pays with a failure that costs nothing, the others wait and say why."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from sora_studio.domain import failures
from sora_studio.domain.errors import ModelForbidden, ModelGone, TaskUnknown
from sora_studio.domain.events import NoticeAction, NoticeRaised, RefusedModel
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.polling.status_poller import UNKNOWN_TASK
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2

GONE = "Sora 2 is no longer offered by the service."
NOT_WITH_THIS_KEY = "This key may not use Sora 2."


def with_profiles(rig: Rig, *profiles: ModelProfile) -> Rig:
    """A rig with other models; none at all if their files are gone."""
    known = cast("dict[str, ModelProfile]", rig.core.profiles)
    known.clear()
    known.update({profile.slug: profile for profile in profiles})
    return rig


async def waiting(rig: Rig, *prompts: str, model: str = "sora-2") -> list[Task]:
    """Tasks that an earlier run has left."""
    requests = [request(prompt, model=model) for prompt in prompts]
    return await rig.tasks.add(requests, gateway=GATEWAY, at=rig.clock.now())


def notices(rig: Rig) -> list[NoticeRaised]:
    return [notice for notice in rig.core.notices.current if notice.model is not None]


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ModelGone(detail="MODEL_UNAVAILABLE"), failures.MODEL_GONE, GONE),
        (ModelForbidden(detail="not yours"), failures.MODEL_FORBIDDEN, NOT_WITH_THIS_KEY),
    ],
)
def test_one_task_learns_that_the_model_is_refused_and_the_others_are_kept(
    tmp_path: Path, error: ModelGone | ModelForbidden, code: str, sentence: str
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await waiting(rig, "one", "two", "three")
        rig.gateway.creates.append(error)
        async with rig:
            await rig.advance(600)
            assert len(rig.gateway.created) == 1
            assert rig.states() == [TaskState.FAILED, TaskState.WAITING, TaskState.WAITING]
            assert (rig.row().fail_code, rig.row().fail_message) == (code, error.detail)
            assert [rig.row(task).trouble for task in (2, 3)] == [sentence, sentence]
            (notice,) = notices(rig)
            assert notice.text.startswith(sentence)
            assert (notice.action, notice.model) == (NoticeAction.RETRY, RefusedModel("sora-2", 1))
            assert rig.engine.model_blocks.refused == {"sora-2"}

    run(story())


def test_what_is_about_to_be_sent_when_the_refusal_comes_is_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one", "two", "three")
            rig.gateway.gate.set()
            await rig.advance(1)
            assert len(rig.gateway.created) == 3  # answered once, the service gets several at a time
            rig.gateway.gate.clear()
            rig.gateway.creates.extend([ModelGone(), ModelGone()])
            await rig.submit(*map(str, range(20)))
            under_way = rig.gateway.creates_now
            rig.gateway.gate.set()
            await rig.advance(60)
            assert len(rig.gateway.created) == 3 + under_way
            assert rig.states().count(TaskState.FAILED) == 2
            assert rig.states().count(TaskState.WAITING) == 20 - under_way

    run(story())


def test_accepted_tasks_of_a_refused_model_are_polled_and_an_unknown_one_is_never_a_failure(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        async with rig:
            await rig.submit("accepted")
            rig.gateway.creates.append(ModelGone())
            rig.gateway.default_status = TaskUnknown()
            await rig.submit("refused")
            await rig.advance(600)
            assert rig.states() == [TaskState.PENDING, TaskState.FAILED]
            assert rig.row(1).trouble == UNKNOWN_TASK
            assert len(rig.gateway.asked) > 3

    run(story())


def test_trying_again_sends_what_was_kept(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await waiting(rig, "one", "two", "three")
        rig.gateway.creates.append(ModelGone())
        async with rig:
            await rig.advance(1)
            rig.engine.model_blocks.retry("sora-2")
            await rig.advance(1)
            assert rig.states() == [TaskState.FAILED, TaskState.PENDING, TaskState.PENDING]
            assert [rig.row(task).trouble for task in (2, 3)] == [None, None]
            assert notices(rig) == []

    run(story())


def test_sending_to_a_refused_model_once_more_tries_it(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(ModelGone())
        async with rig:
            await rig.submit("one")
            await rig.submit("two")
            assert rig.states() == [TaskState.FAILED, TaskState.PENDING]

    run(story())


@pytest.mark.parametrize(("error", "is_tried"), [(ModelForbidden(), True), (ModelGone(), False)])
def test_another_key_may_use_what_the_former_one_may_not(
    tmp_path: Path, error: ModelForbidden | ModelGone, is_tried: bool
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await waiting(rig, "one", "two")
        rig.gateway.creates.append(error)
        async with rig:
            await rig.advance(1)
            rig.engine.key_changed()
            await rig.advance(1)
            assert rig.state(2) is (TaskState.PENDING if is_tried else TaskState.WAITING)

    run(story())


def test_a_task_that_can_be_taken_back_can_be_taken_back_while_it_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_profiles(Rig(tmp_path))
        await waiting(rig, "one", model="vanished-1")
        async with rig:
            await rig.advance(1)
            assert await rig.engine.submission.cancel(1)
            await rig.advance(1)
            assert rig.state() is TaskState.CANCELLED

    run(story())


def test_without_a_profile_a_waiting_task_says_what_to_do_and_goes_once_the_file_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_profiles(Rig(tmp_path))
        await waiting(rig, "one", "two", model="vanished-1")
        async with rig:
            await rig.advance(600)
            words = "There is no profile of vanished-1: put the file back, or open the draft with another model."
            assert [(row.state, row.trouble) for row in rig.tasks.rows.values()] == [(TaskState.WAITING, words)] * 2
            (notice,) = notices(rig)
            assert (notice.action, notice.text) == (NoticeAction.OPEN_SETTINGS, f"{words} Its waiting tasks are kept.")
            assert rig.told(NoticeRaised) == [notice]  # once for all of them
        back = with_profiles(Rig(tmp_path, tasks=rig.tasks), replace(sora_2(), slug="vanished-1"))
        async with back:
            await back.advance(1)
            assert [(row.state, row.trouble) for row in back.tasks.rows.values()] == [(TaskState.PENDING, None)] * 2

    run(story())


def test_nothing_is_sent_to_a_model_that_its_profile_calls_gone(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_profiles(Rig(tmp_path), replace(sora_2(), status=Status.GONE))
        await waiting(rig, "one")
        async with rig:
            await rig.advance(60)
            assert (rig.state(), rig.row().trouble, rig.gateway.created) == (TaskState.WAITING, GONE, [])

    run(story())


def test_a_task_without_a_profile_is_followed_by_what_holds_for_every_model(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_profiles(Rig(tmp_path))
        (task,) = await waiting(rig, "one", model="vanished-1")
        now = rig.clock.now()
        await rig.tasks.transition(task.id, TaskState.SENDING)
        await rig.tasks.transition(task.id, TaskState.PENDING, task_id="remote-1", accepted_at=now, next_poll_at=now)
        async with rig:
            await rig.advance(600)
            after_s = [round((at - now).total_seconds()) for _, at in rig.gateway.asked[:4]]
            assert after_s == [0, 60, 70, 80]
            assert (await rig.engine.submission.look_up(1, "remote-1")).state is TaskState.PROCESSING

    run(story())
