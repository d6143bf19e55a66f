"""A report is a hint and the status decides; the line to the relay comes and goes, and no task is worse off for it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.errors import (
    ConnectionFailed,
    DatabaseUnusable,
    InvalidRequest,
    KeyRejected,
    OutcomeUnknown,
    PublishingFailed,
    RouteUnusable,
    ServiceUnavailable,
    TaskUnknown,
)
from sora_studio.domain.events import RelayChanged
from sora_studio.domain.picture import PIXEL
from sora_studio.domain.ports import Callback, RelayGreeting, RemoteStatus
from sora_studio.domain.settings import RelayPlace, Settings
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.callbacks.relay_link import RelayChoice, choose_relay
from sora_studio.services.runtime.notices import KEY, RELAY
from tests.doubles.clock import ManualClock
from tests.doubles.gateway import DONE, PENDING, PROCESSING
from tests.doubles.relay import A_RELAY, NO_RELAY, PUBLIC_URL, ScriptedRelay
from tests.unit.services.rig import Rig, request, run

S = TaskState
HERE = RelayChoice(RelayPlace.HERE, PUBLIC_URL, 8788)
IMPLIED = RelayChoice(RelayPlace.HERE)
OTHER = RelayChoice(RelayPlace.ELSEWHERE, "https://other.example")


def with_relay(folder: Path, choice: RelayChoice = A_RELAY) -> Rig:
    return Rig(folder, loopback=choice.is_implied, relay_choice=choice)


@asynccontextmanager
async def one_reported(folder: Path) -> AsyncGenerator[Rig]:
    """A task that the service has promised to report, accepted a moment ago."""
    async with with_relay(folder) as rig:
        await submit(rig)
        yield rig


async def submit(rig: Rig, prompt: str = "one") -> Task:
    (task,) = await rig.engine.submission.submit(request(prompt, callback=True))
    await rig.advance(0.1)
    return rig.row(task.id)


def relay_of(rig: Rig) -> ScriptedRelay:
    assert rig.relay is not None
    return rig.relay


def secret_of(rig: Rig, task: int = 1) -> str:
    secret = rig.row(task).callback_secret
    assert secret is not None
    return secret


def ages_s(rig: Rig, task: int = 1) -> list[float]:
    """How old the task was at each question."""
    row = rig.row(task)
    assert row.accepted_at is not None
    assert row.task_id is not None
    return [(at - row.accepted_at).total_seconds() for at in rig.gateway.asked_at(row.task_id)]


# --- asking for a report ----------------------------------------------------------------------------------------------


def test_the_service_is_told_where_to_report_and_the_secret_is_on_disk_before_the_first_byte(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            rig.gateway.gate = asyncio.Event()
            row = await submit(rig)
            assert row.state is S.SENDING
            assert rig.gateway.callback_urls == [f"{PUBLIC_URL}/c/{secret_of(rig)}"]
            rig.gateway.gate.set()

    run(story())


def test_every_try_has_a_secret_of_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            rig.gateway.creates.extend([ConnectionFailed(), "remote-1"])
            await submit(rig)
            first = secret_of(rig)
            await rig.advance(60)
            assert rig.state() is S.PENDING
            assert secret_of(rig) != first
            relay_of(rig).post(first, "remote-1")  # nobody's any more
            await rig.advance(1)
            assert not rig.gateway.asked

    run(story())


def test_a_task_without_the_wish_goes_without_an_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            await rig.submit("plain")
            assert rig.gateway.callback_urls == [None]
            assert rig.row().callback_secret is None

    run(story())


def test_without_a_relay_a_report_is_refused_with_a_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path, NO_RELAY) as rig:
            with pytest.raises(InvalidRequest) as refused:
                await submit(rig)
            assert [problem.field for problem in refused.value.problems] == ["callback"]
            assert "No relay is set up" in refused.value.title
            assert not rig.tasks.rows

    run(story())


def test_what_is_sent_again_once_the_relay_is_gone_goes_without_a_report(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.tasks.transition(1, S.FAILED)
            rig.desk.choice = NO_RELAY
            (again,) = await rig.engine.submission.resubmit(1)
            assert not again.request.callback

    run(story())


def test_a_relay_that_does_not_answer_holds_the_first_create_up_for_five_seconds_and_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path)
        relay_of(rig).cut()
        async with rig:
            await rig.engine.submission.submit(request("one", callback=True))
            await rig.advance(4)
            assert not rig.gateway.created
            await rig.advance(1.1)
            assert rig.gateway.callback_urls == [None]
            await submit(rig, "two")
            assert rig.gateway.callback_urls == [None, None]
            assert [row.callback_secret for row in rig.tasks.rows.values()] == [None, None]
            (notice,) = rig.core.notices.current
            assert notice.text == "The relay cannot be reached. Until then, the program polls the service instead."
            relay_of(rig).mend()
            await rig.advance(60)
            assert not rig.notices()

    run(story())


def test_a_relay_that_has_answered_once_is_used_while_its_line_is_down(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            await rig.advance(1)
            relay_of(rig).cut()
            await rig.advance(1)
            await submit(rig)
            assert rig.gateway.callback_urls[0] is not None  # it keeps what comes

    run(story())


def test_an_address_that_only_this_machine_reaches_is_not_given_to_a_service_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path)
        relay_of(rig).public_url = "http://127.0.0.1:8788"
        async with rig:
            await rig.advance(1)
            await submit(rig)
            await rig.advance(6)
            assert rig.gateway.callback_urls == [None]
            assert "on this machine" in rig.engine.reports.state.trouble
            assert rig.notices() == {RELAY}

    run(story())


# --- a report is a hint -----------------------------------------------------------------------------------------------


def test_a_report_is_followed_by_a_question_at_once_and_the_status_decides(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.gateway.statuses["remote-1"] = [DONE]
            await rig.advance(100)
            relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(0.1)
            assert rig.state() is S.SUCCESS
            assert len(rig.gateway.asked) == 1
            assert rig.gateway.urgent == ["remote-1"]

    run(story())


def test_without_reports_a_task_is_asked_for_once_a_minute_from_its_first_due_time(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.advance(450)
            assert ages_s(rig) == pytest.approx([180, 240, 300, 360, 420], abs=1)

    run(story())


def test_reports_that_come_twice_late_or_for_nobody_do_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.gateway.statuses["remote-1"] = [DONE]
            for _ in range(5):
                relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(1)
            for forged in ("secret-99", "", secret_of(rig)):
                relay_of(rig).post(forged, "remote-1")
            await rig.advance(100)
            assert rig.state() is S.SUCCESS
            assert len(rig.gateway.asked) == 1

    run(story())


def test_however_many_forged_reports_come_a_task_is_asked_for_no_more_often_than_the_plan_allows(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            for _ in range(100):
                relay_of(rig).post(secret_of(rig), "remote-1")
                await rig.advance(0.3)
            assert ages_s(rig) == pytest.approx([0, 10, 20, 30], abs=1)

    run(story())


LINKLESS = RemoteStatus(TaskState.SUCCESS)


@pytest.mark.parametrize("lagging", [PROCESSING, PENDING, LINKLESS, TaskUnknown(), ServiceUnavailable()], ids=repr)
@pytest.mark.parametrize("age_s", [60, 170, 900, 4000])
def test_a_report_that_the_status_contradicts_is_asked_about_again_at_the_pace_of_the_plan(
    tmp_path: Path, lagging: RemoteStatus | Exception, age_s: int
) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.advance(age_s)
            rig.gateway.asked.clear()
            rig.gateway.statuses["remote-1"] = [lagging, DONE]
            relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(16)
            assert rig.state() is S.SUCCESS
            assert ages_s(rig) == pytest.approx([age_s, age_s + 12.5], abs=3)
            assert rig.row().trouble is None

    run(story())


def test_after_a_report_that_was_wrong_for_a_minute_the_plan_goes_on_as_for_any_task(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(205)
            assert ages_s(rig) == pytest.approx([0, 10, 20, 30, 40, 50, 60, 180, 190, 200], abs=1)

    run(story())


def test_a_task_that_is_reported_but_not_known_yet_is_not_called_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.gateway.statuses["remote-1"] = [TaskUnknown()]
            for _ in range(30):
                relay_of(rig).post(secret_of(rig), "remote-1")
                await rig.advance(10)
            assert (rig.state(), rig.row().misses) == (S.PENDING, 0)
            assert "does not know this task" in (rig.row().trouble or "")

    run(story())


def test_a_report_that_comes_during_a_question_is_not_forgotten(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.tasks.gate = asyncio.Event()  # the first answer cannot be written yet
            relay_of(rig).post(secret_of(rig))
            await rig.advance(1)
            relay_of(rig).post(secret_of(rig))
            await rig.advance(1)
            rig.tasks.gate.set()
            rig.gateway.statuses["remote-1"] = [DONE]
            await rig.advance(10)
            assert rig.state() is S.SUCCESS

    run(story())


def test_polls_that_reports_made_needless_are_counted(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.submit("polled")
            rig.gateway.statuses["remote-1"] = [PROCESSING, DONE]
            rig.gateway.statuses["remote-2"] = [DONE]
            await rig.advance(235)  # one question, at 180 s
            relay_of(rig).post(secret_of(rig))
            await rig.advance(1)
            assert rig.states() == [S.SUCCESS, S.SUCCESS]
            # The plan alone: 180, 190 … 240.
            assert rig.engine.tracking.snapshot().polls_saved == 7 - 2

    run(story())


# --- the line ---------------------------------------------------------------------------------------------------------


def test_while_the_line_is_down_tasks_are_asked_for_as_usual_and_what_was_kept_counts_afterwards(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.advance(181)
            relay_of(rig).cut()
            await rig.advance(100)
            gaps = [later - earlier for earlier, later in zip(ages_s(rig)[1:], ages_s(rig)[2:], strict=False)]
            assert len(gaps) >= 7
            assert gaps == pytest.approx([10] * len(gaps), abs=0.1)
            relay_of(rig).post(secret_of(rig))  # the relay keeps it
            rig.gateway.statuses["remote-1"] = [DONE]
            relay_of(rig).mend()
            await rig.advance(60)
            assert rig.state() is S.SUCCESS

    run(story())


def test_a_task_that_was_promised_to_another_relay_is_asked_for_as_usual(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            await rig.advance(181)
            rig.desk.choice, relay_of(rig).token = OTHER, "another token"
            await rig.engine.reports.change()
            await submit(rig, "of the new relay")
            await rig.advance(200)
            gaps = [later - earlier for earlier, later in zip(ages_s(rig)[1:], ages_s(rig)[2:], strict=False)]
            assert gaps == pytest.approx([10] * len(gaps), abs=0.1)
            assert len(gaps) > 15
            assert len(ages_s(rig, 2)) == 1

    run(story())


def test_a_database_that_cannot_be_read_for_a_moment_is_no_trouble_of_the_relay(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.tasks.reading_trouble = DatabaseUnusable(tmp_path / "studio.db", "another program holds it")
            rig.gateway.statuses["remote-1"] = [DONE]
            relay_of(rig).post(secret_of(rig))
            await rig.advance(30)
            assert len(relay_of(rig).asked_from) < 10
            assert not rig.notices()
            rig.tasks.reading_trouble = None
            await rig.advance(60)
            assert rig.state() is S.SUCCESS

    expect_log("could not be looked up")
    run(story())


def test_the_line_comes_back_by_itself_and_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            relay_of(rig).post("secret-99")
            await rig.advance(1)
            relay_of(rig).cut()
            await rig.advance(30)
            relay_of(rig).mend()
            await rig.advance(60)
            assert relay_of(rig).asked_from == [("", 0), ("first life", 1)]
            relay_of(rig).epoch = "second life"
            relay_of(rig).cut()
            await rig.advance(1)
            relay_of(rig).mend()
            await rig.advance(60)
            relay_of(rig).cut()
            await rig.advance(1)
            relay_of(rig).mend()
            await rig.advance(60)
            assert relay_of(rig).asked_from[2:] == [("first life", 1), ("second life", 1)]
            told = rig.told(RelayChanged)
            assert [event.connected for event in told if isinstance(event, RelayChanged)] == [True, False] * 3 + [True]

    run(story())


def test_trouble_that_only_a_person_can_end_is_told_once_and_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path)
        relay_of(rig).cut(PublishingFailed("The relay does not accept this token.", advice="Enter it anew."))
        async with rig:
            await rig.advance(5)
            state = rig.engine.reports.state
            assert (state.configured, state.connected) == (True, False)
            assert state.trouble == "The relay does not accept this token. Enter it anew."
            assert rig.notices() == {RELAY}
            relay_of(rig).mend()
            rig.engine.retry()
            await rig.advance(0.1)
            assert rig.engine.reports.state.connected
            assert not rig.notices()

    run(story())


def test_a_guest_does_not_read_the_line(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path)
        rig.lock.free = False
        async with rig:
            await rig.advance(30)
            assert rig.engine.reports.state.configured
            assert not rig.desk.opened
            (leg,) = [leg async for leg in rig.engine.reports.check()]
            assert not leg.ok
            assert "Another Sora Studio" in leg.sentence
            rig.lock.free = True
            await rig.advance(2)
            assert rig.engine.reports.state.connected

    run(story())


def test_a_guest_starts_no_second_relay(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path, HERE)
        rig.desk.is_owner = False
        with pytest.raises(RouteUnusable, match="in the other Sora Studio"):
            await rig.desk.link.publish(PIXEL, "a-picture.png", lifetime_s=60)
        assert rig.desk.server.started == 0

    run(story())


def test_a_relay_that_nobody_asked_for_starts_with_the_first_task_that_needs_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path, IMPLIED) as rig:
            await rig.submit("plain")
            await rig.advance(60)
            assert (rig.engine.reports.state.configured, rig.desk.server.started) == (True, 0)
            await submit(rig)
            assert rig.desk.server.started == 1
            assert rig.desk.opened == [("http://127.0.0.1:1", "token")]

    run(story())


def test_a_relay_here_that_cannot_have_its_port_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        rig = with_relay(tmp_path, HERE)
        rig.desk.server.trouble = OSError(98, "Address already in use")
        async with rig:
            await rig.advance(1)
            assert "Port 8788 of this machine cannot be used" in rig.engine.reports.state.trouble
            rig.desk.server.trouble = None
            await rig.advance(60)
            assert rig.engine.reports.state.connected

    run(story())


def test_another_relay_is_used_at_once_and_the_old_one_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path, HERE) as rig:
            await rig.advance(1)
            rig.desk.choice = A_RELAY
            await rig.engine.reports.change()
            await rig.advance(1)
            assert (rig.desk.server.started, rig.desk.server.stopped, relay_of(rig).closed) == (1, 1, 1)
            assert rig.desk.opened[1:] == [(PUBLIC_URL, "their token")]
            assert rig.engine.reports.state.connected
            rig.desk.choice = NO_RELAY
            await rig.engine.reports.change()
            await rig.advance(60)
            state = rig.engine.reports.state
            assert (state.configured, state.connected, state.trouble) == (False, False, "")
            assert not rig.notices()

    run(story())


@pytest.mark.parametrize(
    ("settings", "named", "loopback", "choice"),
    [
        (Settings(), "", False, NO_RELAY),
        (Settings(), "", True, IMPLIED),
        (Settings(), "https://relay.example/", False, A_RELAY),
        (Settings(relay=RelayPlace.HERE, relay_url=PUBLIC_URL), "", False, HERE),
        (Settings(relay=RelayPlace.HERE, relay_url=PUBLIC_URL), "https://other.example", True, OTHER),
        (Settings(relay=RelayPlace.ELSEWHERE, relay_url=PUBLIC_URL), "", True, replace(A_RELAY, port=8788)),
        (Settings(relay=RelayPlace.ELSEWHERE), "", False, NO_RELAY),
    ],
)
def test_the_environment_goes_before_the_settings_and_those_before_what_loopback_implies(
    settings: Settings, named: str, loopback: bool, choice: RelayChoice
) -> None:
    assert choose_relay(settings, named_url=named, gateway_is_loopback=loopback) == choice


# --- unclear ones -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def one_unclear(folder: Path) -> AsyncGenerator[Rig]:
    """A create went out with a report asked for, and its answer never came."""
    async with with_relay(folder) as rig:
        rig.gateway.creates.append(OutcomeUnknown())
        await submit(rig)
        assert rig.state() is S.UNKNOWN
        yield rig


def test_an_unclear_task_is_attached_by_its_report_once_the_service_knows_the_id(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            rig.gateway.statuses["remote-x"] = [ServiceUnavailable(), DONE]
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.advance(0.1)
            assert rig.state() is S.UNKNOWN  # not before it was confirmed
            await rig.advance(30)
            assert rig.state() is S.SUCCESS
            assert rig.row().task_id == "remote-x"
            assert len(rig.gateway.created) == 1

    run(story())


def test_what_its_report_finds_while_it_is_sent_again_is_not_paid_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            rig.gateway.statuses["remote-x"] = [PROCESSING]
            rig.tasks.gate = asyncio.Event()
            rig.tasks.gate.set()
            again = asyncio.ensure_future(rig.engine.submission.resubmit(1))
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.engine.submission.attach(1, "remote-x")  # first at the gate, as a report that came in time is
            assert await again == []
            await rig.advance(1)
            assert [row.task_id for row in rig.tasks.rows.values()] == ["remote-x"]
            assert len(rig.gateway.created) == 1

    run(story())


def test_a_report_is_worth_waiting_for_while_the_service_may_still_send_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            may_settle = rig.engine.reports.may_settle
            assert may_settle(rig.row())
            assert not may_settle(replace(rig.row(), callback_secret=None))
            assert not may_settle(replace(rig.row(), state=S.PENDING))
            assert not may_settle(replace(rig.row(), removed_at=rig.clock.now()))
            relay_of(rig).say_nothing()
            await rig.advance(719)
            assert may_settle(rig.row())
            await rig.advance(2)
            assert not may_settle(rig.row())

    run(story())


def test_what_the_relay_kept_is_heard_before_an_old_unclear_task_is_given_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            await rig.advance(3600)
            assert rig.engine.reports.may_settle(rig.row())
            relay_of(rig).say_nothing()
            await rig.advance(1)
            assert not rig.engine.reports.may_settle(rig.row())
        async with one_unclear(tmp_path / "cut off") as rig:
            await rig.advance(3600)
            relay_of(rig).cut()
            await rig.advance(1)
            assert not rig.engine.reports.may_settle(rig.row())

    run(story())


def test_a_forged_id_attaches_nothing_and_the_true_one_still_does(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            rig.gateway.statuses["forged"] = [TaskUnknown()]
            rig.gateway.statuses["remote-x"] = [DONE]
            for forged in ("forged", None, "", "no id", "two\nlines"):
                relay_of(rig).post(secret_of(rig), forged)
            await rig.advance(300)
            assert rig.state() is S.UNKNOWN
            assert len(rig.gateway.asked_at("forged")) == 3
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.advance(1)
            assert rig.row().task_id == "remote-x"

    run(story())


def test_an_id_that_another_task_has_is_not_given_a_second_time(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            await submit(rig, "two")
            assert rig.row(2).task_id == "remote-2"
            relay_of(rig).post(secret_of(rig), "remote-2")
            await rig.advance(60)
            assert rig.state() is S.UNKNOWN

    run(story())


def test_two_unclear_tasks_that_are_reported_with_one_id_do_not_both_get_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            rig.gateway.creates.append(OutcomeUnknown())
            await submit(rig, "two")
            for task in (1, 2):
                relay_of(rig).post(secret_of(rig, task), "remote-x")
            await rig.advance(60)
            assert sorted(rig.states()) == sorted([S.PROCESSING, S.UNKNOWN])

    run(story())


def test_a_report_that_comes_before_the_creates_answer_waits_for_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            for number, answer in enumerate((OutcomeUnknown(), "remote-x"), 1):
                rig.gateway.statuses["remote-x"] = [DONE]
                rig.gateway.creates.append(answer)
                rig.gateway.gate = asyncio.Event()
                await submit(rig, f"prompt {number}")
                relay_of(rig).post(secret_of(rig, number), f"early-{number}" if number == 1 else "remote-x")
                await rig.advance(5)
                assert rig.state(number) is S.SENDING
                asked = len(rig.gateway.asked)
                rig.gateway.gate.set()
                await rig.advance(1)
                assert len(rig.gateway.asked) > asked
            assert rig.row(1).task_id == "early-1"
            assert rig.state(2) is S.SUCCESS

    run(story())


def test_an_unclear_task_that_was_put_aside_comes_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            assert await rig.engine.submission.discard(1)
            rig.gateway.statuses["remote-x"] = [DONE]
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.advance(2)
            assert rig.state() is S.SUCCESS
            assert rig.row().removed_at is None

    run(story())


def test_a_lost_task_that_was_put_aside_comes_back_once_the_service_knows_it_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_reported(tmp_path) as rig:
            rig.gateway.statuses["remote-1"] = [TaskUnknown()]
            await rig.advance(2 * 3600)
            assert rig.state() is S.LOST
            assert await rig.engine.submission.discard(1)
            await rig.advance(1)
            relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(60)
            assert rig.row().removed_at is not None
            rig.gateway.statuses["remote-1"] = [DONE]
            relay_of(rig).post(secret_of(rig), "remote-1")
            await rig.advance(11)
            assert rig.state() is S.SUCCESS
            assert rig.row().removed_at is None

    run(story())


def test_with_a_refused_key_nothing_is_asked_until_there_is_another(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            rig.gateway.statuses["remote-x"] = [KeyRejected(), DONE]
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.advance(600)
            assert KEY in rig.notices()
            assert len(rig.gateway.asked) == 1
            rig.engine.key_changed()
            await rig.advance(61)
            assert rig.state() is S.SUCCESS

    run(story())


def test_after_a_restart_what_was_kept_is_read_from_the_beginning_and_does_nothing_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            await submit(rig, "two")
            rig.gateway.statuses["remote-2"] = [DONE]
            relay_of(rig).post(secret_of(rig, 2), "remote-2")
            await rig.advance(1)
            asked = len(rig.gateway.asked)
        relay_of(rig).post(secret_of(rig), "remote-x")  # while nobody listens
        rig.gateway.statuses["remote-x"] = [DONE]
        again = replace(rig)
        again.gateway.statuses["remote-x"] = [DONE]
        async with again:
            await again.advance(2)
            assert relay_of(again).asked_from == [("", 0)] * 2
            assert again.states() == [S.SUCCESS, S.SUCCESS]
            assert again.gateway.asked_at("remote-2") == []
            assert not again.gateway.created
            assert asked == 1

    run(story())


def test_the_time_of_an_attached_task_counts_from_its_sending(tmp_path: Path) -> None:
    async def story() -> None:
        async with one_unclear(tmp_path) as rig:
            sent_at: datetime | None = rig.row().sent_at
            await rig.advance(240)
            relay_of(rig).post(secret_of(rig), "remote-x")
            await rig.advance(1)
            assert rig.row().accepted_at == sent_at
            assert sent_at is not None
            assert rig.clock.now() - sent_at >= timedelta(seconds=240)

    run(story())


class Breaking(ScriptedRelay):
    """Behind a proxy that ends every answer at once."""

    async def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        self.asked_from.append((epoch, after))
        yield RelayGreeting(self.public_url, self.epoch)
        raise ConnectionFailed


def test_a_line_that_only_ever_greets_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    async def story() -> None:
        clock = ManualClock()
        rig = Rig(tmp_path, loopback=False, relay_choice=A_RELAY, relay=Breaking(clock), clock=clock)
        async with rig:
            await rig.advance(600)
            assert 8 < len(relay_of(rig).asked_from) < 30

    run(story())


def test_a_thousand_reports_at_once_cost_one_question_each_at_the_pace_of_the_plan(tmp_path: Path) -> None:
    async def story() -> None:
        async with with_relay(tmp_path) as rig:
            for number in range(10):
                for take in range(10):
                    await rig.engine.submission.submit(request(f"{number} {take}", callback=True), takes=10)
            await rig.advance(10)
            assert set(rig.states()) == {S.PENDING}
            await rig.advance(160)
            assert not rig.gateway.asked
            rig.gateway.default_status = DONE
            for task in range(1, 1001):
                for _ in range(3):
                    relay_of(rig).post(secret_of(rig, task), "whatever")
            await rig.advance(15)
            assert set(rig.states()) == {S.SUCCESS}
            assert len(rig.gateway.created) == len(rig.gateway.asked) == 1000

    run(story())
