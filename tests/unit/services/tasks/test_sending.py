"""Nothing is sent twice, nothing is sent out of turn, and whatever is unclear says so."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sora_studio.domain import failures
from sora_studio.domain.errors import (
    ConnectionFailed,
    KeyRejected,
    ModelForbidden,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    RequestRefused,
    StorageFull,
)
from sora_studio.domain.models.profile import ModelProfile, Option, OptionKind
from sora_studio.domain.request import ImageFacts
from sora_studio.domain.task import TaskState
from sora_studio.services.engine import CREATES_FINISH_WITHIN_S
from tests.doubles.clock import settle
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2


def test_sending_is_on_record_before_the_request_goes_out(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.SENDING
            rig.gateway.gate.set()
            await rig.advance(0.1)
            assert (rig.state(), rig.row().task_id) == (TaskState.PENDING, "remote-1")
            assert rig.tasks.history == [(1, TaskState.SENDING), (1, TaskState.PENDING)]

    run(story())


def test_the_first_question_is_planned_180_s_after_the_answer(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            row = rig.row()
            assert row.accepted_at is not None
            assert row.next_poll_at is not None
            assert (row.next_poll_at - row.accepted_at).total_seconds() == 180

    run(story())


@pytest.mark.parametrize("error", [ConnectionFailed(), RateLimited()])
def test_what_provably_started_nothing_waits_and_goes_again(tmp_path: Path, error: Exception) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(error)
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.WAITING
            assert rig.row().trouble
            await rig.advance(3)
            assert rig.state() is TaskState.PENDING
            assert rig.row().trouble is None
            assert len(rig.gateway.created) == 2

    run(story())


def test_retry_after_is_obeyed_for_the_whole_model(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(RateLimited(retry_after_s=40))
        async with rig:
            await rig.submit("one")
            await rig.submit("two")
            await rig.advance(39)
            assert rig.states() == [TaskState.WAITING, TaskState.WAITING]
            assert len(rig.gateway.created) == 1
            await rig.advance(2)
            assert rig.states() == [TaskState.PENDING, TaskState.PENDING]

    run(story())


@pytest.mark.parametrize("error", [OutcomeUnknown(), RuntimeError("a bug"), TimeoutError()])
def test_an_unclear_create_is_never_sent_again(tmp_path: Path, error: Exception, expect_log: Callable[[str], None]) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(error)
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.UNKNOWN
            await rig.advance(6 * 3600)
            assert rig.state() is TaskState.UNKNOWN
            assert len(rig.gateway.created) == 1

    if not isinstance(error, OutcomeUnknown):
        expect_log("Task 1 is unclear")
    run(story())


def test_an_end_in_the_middle_of_sending_leaves_it_unclear(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.SENDING
            await rig.core.supervisor.stop()
        assert rig.state() is TaskState.UNKNOWN

    run(story())


def test_what_only_waits_for_its_turn_says_so_and_can_be_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        turn = rig.gateway.turn = asyncio.Event()
        async with rig:
            await rig.submit("one", "two")
            assert rig.states() == [TaskState.WAITING, TaskState.WAITING]
            assert await rig.engine.submission.cancel(1)
            turn.set()
            await rig.advance(0.1)
            assert rig.states() == [TaskState.CANCELLED, TaskState.PENDING]
            assert [created.prompt for created in rig.gateway.created] == ["two"]
            assert rig.engine.tracking.snapshot().running == 1

    run(story())


def test_an_end_before_its_turn_leaves_it_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.turn = asyncio.Event()
        async with asyncio.timeout(CREATES_FINISH_WITHIN_S / 2), rig:
            await rig.submit("one")
        assert (rig.state(), rig.gateway.created) == (TaskState.WAITING, [])

    run(story())


def test_an_end_in_the_moment_of_its_turn_leaves_it_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.tasks.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            ending = asyncio.ensure_future(rig.core.supervisor.stop())
            await settle()
            gate.set()
            await ending
        assert rig.tasks.history == [(1, TaskState.SENDING), (1, TaskState.WAITING)]
        assert rig.gateway.created == []

    run(story())


def test_the_end_waits_for_a_create_that_is_about_to_be_answered(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            asyncio.get_running_loop().call_soon(gate.set)
        assert rig.state() is TaskState.PENDING

    run(story())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RequestRefused(detail="prompt: too odd"), failures.REQUEST_REFUSED),
        (ModelForbidden(detail="no"), failures.MODEL_FORBIDDEN),
    ],
)
def test_a_refusal_fails_the_task_with_the_services_words(tmp_path: Path, error: RequestRefused, code: str) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(error)
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.FAILED
            assert (rig.row().fail_code, rig.row().fail_message) == (code, error.detail)

    run(story())


def test_a_task_that_its_models_profile_no_longer_takes_is_not_sent(tmp_path: Path) -> None:
    """Something else than was submitted would be made, and paid."""

    async def story() -> None:
        rig = Rig(tmp_path)
        former = replace(request(), options={"duration": 20, "resolution": "1080p"})
        await rig.tasks.add([former], gateway=GATEWAY, at=rig.clock.now())
        async with rig:
            await rig.advance(5)
            assert (rig.state(), rig.gateway.created) == (TaskState.FAILED, [])
            assert rig.row().fail_code == failures.REQUEST_UNFIT
            assert rig.row().fail_message == "Text to video has no option resolution. Duration takes 10 s or 15 s."

    run(story())


def _read_again(profile: ModelProfile) -> ModelProfile:
    source = profile.source and replace(profile.source, seen_on=date(2027, 1, 1))
    return replace(profile, source=source, prices=(), title="Sora 2, read again", digest="cd" * 32)


def _with_a_field(profile: ModelProfile) -> ModelProfile:
    mode = profile.modes[0]
    return replace(profile, modes=(replace(mode, sends={**mode.sends, "quality": "high"}), *profile.modes[1:]))


def _with_another_default(profile: ModelProfile) -> ModelProfile:
    fast = Option("fast", "Fast", OptionKind.SWITCH, tuple(mode.id for mode in profile.modes), default=True)
    return replace(profile, options=(*profile.options, fast))


@pytest.mark.parametrize(("changed", "is_sent"), [(_read_again, True), (_with_a_field, False), (_with_another_default, False)])
def test_a_task_is_sent_only_as_it_was_submitted(
    tmp_path: Path, changed: Callable[[ModelProfile], ModelProfile], is_sent: bool
) -> None:
    """A profile that changes while the task waits must not change what is paid for."""

    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.engine.submission.submit(request())
        await rig.tasks.add([request("from before digests were kept")], gateway=GATEWAY, at=rig.clock.now())
        rig.core.profiles["sora-2"] = changed(sora_2())  # type: ignore[index] - a dict, as the rig made it
        async with rig:
            await rig.advance(5)
            assert rig.states() == [TaskState.PENDING if is_sent else TaskState.FAILED, TaskState.PENDING]
            assert rig.row().fail_code == (None if is_sent else failures.PROFILE_CHANGED)
            assert len(rig.gateway.created) == 1 + is_sent
            again = await rig.engine.submission.resubmit(1) if not is_sent else []
            await rig.advance(5)
            assert all(rig.state(task.id) is TaskState.PENDING for task in again)

    run(story())


def test_a_refused_key_stops_everything_until_it_changes(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(KeyRejected())
        async with rig:
            await rig.submit("one")
            await rig.submit("two", "three")
            await rig.advance(3600)
            assert set(rig.states()) == {TaskState.WAITING}
            assert len(rig.gateway.created) == 1
            assert rig.notices() == {"key"}
            rig.engine.key_changed()
            await rig.advance(1)
            assert set(rig.states()) == {TaskState.PENDING}
            assert rig.notices() == set()

    run(story())


def test_without_credit_submitting_waits_until_the_balance_grew(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(OutOfCredit())
        rig.gateway.balances.extend([0.1, 0.1, 0.1, 25.0])
        async with rig:
            await rig.submit("one")
            assert rig.state() is TaskState.WAITING
            assert rig.notices() == {"credit"}
            await rig.advance(70)
            assert rig.state() is TaskState.WAITING
            await rig.advance(180)
            assert rig.state() is TaskState.PENDING
            assert rig.notices() == set()
            assert len(rig.gateway.created) == 2

    run(story())


def test_a_person_may_try_again_without_waiting_for_the_balance(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(OutOfCredit())
        async with rig:
            await rig.submit("one")
            rig.engine.retry()
            await rig.advance(0.1)
            assert rig.state() is TaskState.PENDING

    run(story())


def test_tasks_go_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    async def story() -> None:
        prompts = [f"prompt {number}" for number in range(40)]
        rig = Rig(tmp_path)
        rig.gateway.creates.extend([RateLimited(), "a", ConnectionFailed()])
        async with rig:
            await rig.submit(*prompts)
            await rig.advance(30)
            assert set(rig.states()) == {TaskState.PENDING}
            firsts = list(dict.fromkeys(created.prompt for created in rig.gateway.created))
            assert firsts == prompts
            assert rig.gateway.most_creates <= 8

    run(story())


def test_what_is_above_the_models_places_waits_for_one(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, concurrent_tasks=2)
        async with rig:
            await rig.submit("one", "two", "three", "four")
            assert rig.states() == [TaskState.PENDING] * 2 + [TaskState.WAITING] * 2
            snapshot = rig.engine.tracking.snapshot()
            assert (snapshot.running, snapshot.waiting) == (2, 2)
            await rig.core.task_writer.transition(1, TaskState.FAILED)
            await rig.advance(0.1)
            assert rig.states() == [TaskState.FAILED, TaskState.PENDING, TaskState.PENDING, TaskState.WAITING]

    run(story())


def test_an_unclear_task_holds_its_place_until_it_is_put_aside(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, concurrent_tasks=1)
        rig.gateway.creates.append(OutcomeUnknown())
        async with rig:
            await rig.submit("one", "two")
            assert rig.states() == [TaskState.UNKNOWN, TaskState.WAITING]
            assert await rig.engine.submission.discard(1)
            await rig.advance(0.1)
            assert rig.state(2) is TaskState.PENDING

    run(story())


def test_two_dispatchers_on_one_store_send_a_task_once(tmp_path: Path) -> None:
    async def story() -> None:
        one = Rig(tmp_path)
        other = Rig(tmp_path, tasks=one.tasks, clock=one.clock)
        async with one, other:
            requests = [request(f"prompt {number}").completed(sora_2()) for number in range(20)]
            for rig in (one, other):
                rig.engine.send_blocks.refuse_key(KeyRejected())
            await one.tasks.add(requests, gateway=GATEWAY, at=one.clock.now())
            await one.advance(5)
            for rig in (one, other):
                rig.engine.key_changed()
            await one.advance(5)
            prompts = [created.prompt for created in one.gateway.created + other.gateway.created]
            assert sorted(prompts) == sorted(request.prompt for request in requests)
            assert one.tasks.refusals  # they did race

    run(story())


def test_a_full_disk_before_sending_sends_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        async with rig:
            rig.gateway.creates.append(RateLimited())
            await rig.submit("one")
            rig.tasks.trouble = StorageFull()
            await rig.advance(20)
            assert len(rig.gateway.created) == 1
            assert rig.notices() == {"storage"}
            rig.tasks.trouble = None
            await rig.advance(10)
            assert rig.state() is TaskState.PENDING
            assert rig.notices() == set()

    run(story())


def test_a_full_disk_after_sending_never_loses_the_paid_task(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            rig.tasks.trouble = StorageFull()
            gate.set()
            await rig.advance(60)
            assert rig.state() is TaskState.SENDING
            rig.tasks.trouble = None
            await rig.advance(10)
            assert (rig.state(), rig.row().task_id) == (TaskState.PENDING, "remote-1")
            assert len(rig.gateway.created) == 1

    run(story())


def test_a_picture_that_is_no_good_any_more_fails_the_task_and_holds_nobody_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, concurrent_tasks=1) as rig:
            await rig.submit("first")
            await rig.engine.submission.submit(request(images=("/pictures/cat.png",)))
            await rig.submit("third")
            rig.media.images["cat.png"] = ImageFacts("gif", 1, 1, 1)
            await rig.core.task_writer.transition(1, TaskState.FAILED)
            await rig.advance(0.1)
            await rig.until(lambda: rig.states() == [TaskState.FAILED, TaskState.FAILED, TaskState.PENDING])
            assert rig.row(2).fail_code == failures.IMAGE_UNUSABLE
            assert "cat.png" in (rig.row(2).fail_message or "")

    run(story())
