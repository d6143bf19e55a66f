"""Never early, never given up, quiet when the service cannot be reached."""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain import failures
from sora_studio.domain.errors import ConnectionFailed, KeyRejected, RateLimited, ServiceUnavailable, StorageFull, TaskUnknown
from sora_studio.domain.events import ConnectionChanged, TaskChanged
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import Phase, TaskState
from tests.doubles.gateway import DONE, FAILED, PENDING, PROCESSING
from tests.machine_speed import slowness
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2

LINKLESS = RemoteStatus(TaskState.SUCCESS)


def gaps_s(times: list[datetime]) -> list[float]:
    return [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]


async def running(rig: Rig, count: int = 1) -> None:
    """So many tasks, accepted right now."""
    requests = [request(f"prompt {number}").completed(sora_2()) for number in range(count)]
    now = rig.clock.now()
    for task in await rig.tasks.add(requests, gateway=GATEWAY, at=now):
        await rig.tasks.transition(task.id, TaskState.SENDING)
        await rig.tasks.transition(
            task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=now, next_poll_at=now + timedelta(seconds=180)
        )


def test_asked_first_after_180_s_and_then_every_10_s(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [PENDING, PROCESSING, PROCESSING, DONE]
        async with rig:
            await rig.submit("one")
            accepted_at = rig.row().accepted_at
            await rig.advance(179)
            assert not rig.gateway.asked
            await rig.advance(60)
            times = rig.gateway.asked_at("remote-1")
            assert accepted_at is not None
            assert (times[0] - accepted_at).total_seconds() >= 180
            assert len(times) == 4
            assert all(10 <= gap <= 10.1 for gap in gaps_s(times))
            assert rig.state() is TaskState.SUCCESS

    run(story())


def test_a_failure_keeps_the_services_code_and_words(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [FAILED]
        async with rig:
            await rig.submit("one")
            await rig.advance(181)
            row = rig.row()
            assert (row.state, row.fail_code, row.fail_message) == (TaskState.FAILED, "GENERATION_FAILED", "It did not work.")
            assert row.next_poll_at is None
            await rig.advance(600)
            assert len(rig.gateway.asked) == 1

    run(story())


def test_no_task_is_ever_failed_by_the_clock(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            await rig.advance(3 * 3600)
            assert rig.state() is TaskState.PROCESSING

    run(story())


@pytest.mark.parametrize("error", [ServiceUnavailable(), RateLimited(), ConnectionFailed()])
def test_passing_trouble_is_shown_and_asked_again_but_never_sooner_than_planned(tmp_path: Path, error: Exception) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [error, error, PROCESSING]
        async with rig:
            await rig.submit("one")
            await rig.advance(181)
            assert rig.row().trouble
            assert rig.state() is TaskState.PENDING
            await rig.advance(120)
            assert rig.state() is TaskState.PROCESSING
            assert rig.row().trouble is None
            assert min(gaps_s(rig.gateway.asked_at("remote-1"))) >= 10

    run(story())


def test_retry_after_holds_a_status_back(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [RateLimited(retry_after_s=90), DONE]
        async with rig:
            await rig.submit("one")
            await rig.advance(181 + 88)
            assert len(rig.gateway.asked) == 1
            await rig.advance(3)
            assert len(rig.gateway.asked) == 2

    run(story())


def test_unknown_to_the_service_for_an_hour_is_lost_and_found_again_later(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = TaskUnknown()
        async with rig:
            await rig.submit("one")
            await rig.advance(180 + 3590)
            assert rig.state() is TaskState.PENDING
            assert rig.row().trouble
            await rig.advance(400)
            assert (rig.state(), rig.row().fail_code) == (TaskState.LOST, failures.TASK_LOST)
            rig.gateway.default_status = PROCESSING
            await rig.advance(3700)
            assert (rig.state(), rig.row().fail_code, rig.row().misses) == (TaskState.PROCESSING, None, 0)

    run(story())


def test_impatient_checks_do_not_make_a_task_lost(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = TaskUnknown()
        async with rig:
            await rig.submit("one")
            for _ in range(100):
                await rig.engine.tracking.check_now(1)
                await rig.advance(0.1)
            assert len(rig.gateway.asked) == 100
            assert (rig.state(), rig.row().misses) == (TaskState.PENDING, 0)

    run(story())


def test_done_without_a_link_is_asked_again_until_there_is_one(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [LINKLESS] * 8 + [DONE]
        async with rig:
            await rig.submit("one")
            await rig.advance(600)
            assert rig.state() is TaskState.PENDING
            assert "no link" in (rig.row().trouble or "")
            await rig.advance(3 * 3600)
            assert rig.state() is TaskState.SUCCESS
            assert rig.row().trouble is None

    run(story())


def test_a_state_that_is_not_known_is_shown_in_the_services_words_and_asked_on(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        odd = RemoteStatus(TaskState.PROCESSING, unknown_state="moderating")
        rig.gateway.statuses["remote-1"] = [odd, odd, PROCESSING, DONE]
        async with rig:
            await rig.submit("one")
            await rig.advance(195)
            assert rig.state() is TaskState.PROCESSING
            assert '"moderating"' in (rig.row().trouble or "")
            await rig.advance(10)
            assert rig.row().trouble is None
            await rig.advance(10)
            assert rig.state() is TaskState.SUCCESS
            assert all(10 <= gap <= 10.1 for gap in gaps_s(rig.gateway.asked_at("remote-1")))

    run(story())


def test_check_now_asks_at_once_and_urgently(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            await rig.engine.tracking.check_now(1)
            await rig.advance(0.01)
            assert rig.gateway.urgent == ["remote-1"]
            assert rig.state() is TaskState.PROCESSING

    run(story())


def test_visible_tasks_are_asked_first(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await running(rig, 100)
        async with rig:
            rig.engine.tracking.prioritise([98, 99])
            await rig.advance(181)
            assert {task for task, _ in rig.gateway.asked[:2]} == {"remote-98", "remote-99"}
            assert set(rig.gateway.urgent) == {"remote-98", "remote-99"}
            assert len(rig.gateway.asked) == 100

    run(story())


def test_a_crowd_of_due_tasks_makes_no_burst(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await running(rig, 300)
        async with rig:
            await rig.advance(183)
            asked = sorted(at for _, at in rig.gateway.asked)
            assert len(asked) == 300
            assert all(later - earlier >= timedelta(seconds=0.02) for earlier, later in zip(asked, asked[4:], strict=False))
            assert rig.gateway.most_polls <= 32

    run(story())


def test_offline_is_noticed_once_and_only_a_probe_tries(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await running(rig, 50)
        rig.gateway.default_status = ConnectionFailed()
        rig.gateway.balances.append(ConnectionFailed())
        async with rig:
            await rig.advance(200)
            assert rig.notices() == {"offline"}
            asked, probes = len(rig.gateway.asked), rig.gateway.balance_asked
            changes = rig.told(ConnectionChanged)
            assert isinstance(changes[0], ConnectionChanged)
            assert changes[0].retry_at is not None
            await rig.advance(600)
            assert len(rig.gateway.asked) == asked
            assert rig.gateway.balance_asked > probes
            rig.gateway.balances.append(10.0)
            rig.gateway.default_status = DONE
            await rig.advance(90)
            assert rig.notices() == set()
            assert rig.told(ConnectionChanged)[-1] == ConnectionChanged(online=True)
            assert set(rig.states()) == {TaskState.SUCCESS}

    run(story())


def test_a_refused_key_stops_the_questions_and_a_new_one_resumes_them(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [KeyRejected(), PROCESSING]
        async with rig:
            await rig.submit("one")
            await rig.advance(3600)
            assert len(rig.gateway.asked) == 1
            assert rig.notices() == {"key"}
            assert rig.state() is TaskState.PENDING
            rig.engine.key_changed()
            await rig.advance(1)
            assert rig.state() is TaskState.PROCESSING

    run(story())


def test_a_clock_set_back_changes_no_wait(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            await rig.advance(100)
            rig.clock.change_wall(-3600)
            before = rig.clock.monotonic()
            await rig.advance(79)
            assert not rig.gateway.asked
            await rig.advance(35)
            assert rig.gateway.asked
            assert rig.clock.monotonic() - before < 120

    run(story())


def test_a_time_far_ahead_in_a_row_cannot_silence_a_task(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await running(rig)
        await rig.tasks.record(1, next_poll_at=rig.clock.now() + timedelta(days=365))
        async with rig:
            await rig.advance(179)
            assert not rig.gateway.asked
            await rig.advance(2)
            assert rig.gateway.asked

    run(story())


def test_after_a_long_sleep_the_overdue_questions_are_spread(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await running(rig, 400)
        async with rig:
            await rig.advance(30)
            rig.clock.suspend(3600)
            woken_at = rig.clock.now()
            await rig.advance(45)
            firsts = [rig.gateway.asked_at(f"remote-{task}")[0] for task in range(1, 401)]
            after_s = [(first - woken_at).total_seconds() for first in firsts]
            assert max(after_s) <= 42
            begun = [sum(second <= after < second + 1 for after in after_s) for second in range(45)]
            assert max(begun) <= 100

    run(story())


def test_a_full_disk_delays_but_does_not_lose_an_end(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("one")
            await rig.advance(100)
            rig.tasks.trouble = StorageFull()
            await rig.advance(200)
            assert rig.state() is TaskState.PENDING
            assert "storage" in rig.notices()
            rig.tasks.trouble = None
            await rig.advance(20)
            assert rig.state() is TaskState.SUCCESS
            assert "storage" not in rig.notices()

    run(story())


def test_an_unexpected_error_hurts_one_question_only(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [ZeroDivisionError("a bug"), DONE]
        rig.gateway.statuses["remote-2"] = [DONE]
        async with rig:
            await rig.submit("one", "two")
            await rig.advance(200)
            assert rig.states() == [TaskState.SUCCESS, TaskState.SUCCESS]
            assert "fault" in rig.notices()

    expect_log("Unexpected trouble in poll 1")
    run(story())


def test_every_change_is_told_also_that_of_another_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            assert TaskChanged(1) in rig.seen
            rig.seen.clear()
            await rig.tasks.record(1, trouble="from elsewhere")
            await rig.advance(1.5)
            assert rig.seen.count(TaskChanged(1)) == 1

    run(story())


def test_a_success_with_several_links_is_several_clips(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        links = tuple(f"https://films.example/{number}.mp4" for number in range(3))
        rig.gateway.statuses["remote-1"] = [RemoteStatus(TaskState.SUCCESS, result_urls=links)]
        async with rig:
            await rig.submit("one")
            await rig.advance(181)
            await rig.until(lambda: rig.row().phase is Phase.READY)
            assert [clip.url for clip in rig.row().clips] == list(links)

    run(story())


def test_hundreds_of_tasks_over_a_day_are_quick_and_never_early(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        engine, tracking = rig.engine, rig.engine.tracking
        supervisor = rig.core.supervisor
        supervisor.keep(tracking.run, name="tracking")
        begun: dict[str, datetime] = {}
        for number in range(1, 201):
            await running(rig)
            task = rig.row(number)
            rig.gateway.statuses[f"remote-{number}"] = [PENDING] * 3 + [PROCESSING] * 7 + [DONE]
            begun[f"remote-{number}"] = rig.clock.now()
            tracking.task_changed(task)
            await rig.advance(288)
        await rig.advance(600)
        assert set(rig.states()) == {TaskState.SUCCESS}
        asked = defaultdict[str, list[datetime]](list)
        for name, at in rig.gateway.asked:
            asked[name].append(at)
        for name, at in begun.items():
            times = asked[name]
            assert len(times) == 11
            assert (times[0] - at).total_seconds() >= 180
            assert all(10 <= gap <= 10.1 for gap in gaps_s(times))
        await engine.finish()

    started = time.process_time()
    run(story())
    # About 8 s for each unit of slowness, most of it in the test's own clock; searching a list for each poll takes minutes.
    assert time.process_time() - started < 12 * slowness()
