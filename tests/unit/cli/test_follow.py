"""The rules by which a command ends, over rows that change under it. Time is a number that the test moves."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.follow import Follower, is_answered, is_settled, worst
from sora_studio.cli.progress import ProgressLine
from sora_studio.cli.report import ProgressBar, Report
from sora_studio.domain import failures
from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import EventBus, NoticeCleared, NoticeLevel, NoticeRaised, TaskChanged, TransferProgressed
from sora_studio.domain.task import Task, TaskState
from tests.unit.cli.rows import CREATED, clip, task

PATIENCE_S = 600.0


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        return CREATED

    def monotonic(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the follower waits for events")


class Scene:
    """Rows, a bus and a follower over them."""

    def __init__(self, *rows: Task, standing: Iterable[NoticeRaised] = (), is_own: bool = False) -> None:
        self.rows = {row.id: row for row in rows}
        self.events = EventBus()
        self.clock = Hands()
        bar = ProgressBar(drawn=False)
        self.follower = Follower(
            self.events,
            self._load,
            Report(as_json=False, bar=bar),
            ProgressLine(bar, {}, self.clock),
            self.clock,
            standing=standing,
            take_back=self._cancel if is_own else None,
            patience_s=PATIENCE_S,
        )

    async def _cancel(self, number: int) -> bool:
        self.rows[number] = replace(self.rows[number], state=TaskState.CANCELLED)
        return True

    async def _load(self, tasks: Iterable[int]) -> list[Task]:
        return [self.rows[number] for number in tasks]

    def run(self, *steps: Callable[[], None], is_done: Callable[[Task], bool] = is_settled) -> ExitCode:
        """Follow all rows while the steps happen one after the other; an end that does not come is an error."""

        async def act() -> ExitCode:
            following = asyncio.create_task(self.follower.run(self.rows, is_done=is_done))
            for step in steps:
                for _ in range(5):
                    await asyncio.sleep(0)
                assert not following.done(), "it ended too early"
                step()
            async with asyncio.timeout(5):
                return await following

        return asyncio.run(act())

    def put(self, row: Task) -> None:
        self.rows[row.id] = row
        self.events.publish(TaskChanged(row.id))

    def notice(self, cause: str) -> None:
        self.events.publish(NoticeRaised(cause, NoticeLevel.WARNING, f"About {cause}."))

    def wait(self, seconds: float) -> None:
        self.clock.passed_s += seconds
        self.events.publish(TaskChanged(next(iter(self.rows))))


SAVED = task(TaskState.SUCCESS, clip())


def test_it_follows_to_the_saved_clip() -> None:
    scene = Scene(task())
    code = scene.run(
        lambda: scene.put(task(TaskState.PENDING)),
        lambda: scene.put(task(TaskState.SUCCESS, clip(ClipState.REMOTE))),
        lambda: scene.put(SAVED),
    )
    assert code is ExitCode.SAVED


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (SAVED, ExitCode.SAVED),
        (task(TaskState.FAILED, fail_code="GENERATION_FAILED"), ExitCode.FAILED),
        (task(TaskState.FAILED, fail_code=failures.IMAGE_UNUSABLE), ExitCode.INVALID),
        (task(TaskState.FAILED, fail_code=failures.IMAGE_UNPUBLISHED), ExitCode.INVALID),
        (task(TaskState.CANCELLED), ExitCode.FAILED),
        (task(TaskState.UNKNOWN), ExitCode.UNKNOWN),
        (task(TaskState.LOST), ExitCode.UNKNOWN),
        (task(TaskState.SUCCESS, clip(ClipState.EXPIRED)), ExitCode.FAILED),
        (task(TaskState.SUCCESS, clip(ClipState.MISSING)), ExitCode.GAVE_UP),
    ],
)
def test_every_end_has_its_code(row: Task, code: ExitCode) -> None:
    assert Scene(row).run() is code


def test_money_that_may_have_gone_is_told_before_anything_else() -> None:
    assert worst([ExitCode.SAVED, ExitCode.FAILED, ExitCode.UNKNOWN, ExitCode.GAVE_UP]) is ExitCode.UNKNOWN
    assert worst([ExitCode.SAVED, ExitCode.FAILED]) is ExitCode.FAILED
    assert worst([]) is ExitCode.SAVED


def test_without_waiting_the_services_answer_is_the_end() -> None:
    scene = Scene(task())
    code = scene.run(
        lambda: scene.put(task(TaskState.SENDING)), lambda: scene.put(task(TaskState.PENDING)), is_done=is_answered
    )
    assert code is ExitCode.SAVED


@pytest.mark.parametrize(
    ("cause", "row", "code"),
    [
        ("key", task(TaskState.PENDING), ExitCode.KEY),
        ("key", task(TaskState.WAITING), ExitCode.KEY),
        ("credit", task(TaskState.WAITING), ExitCode.KEY),
        ("hard-limit", task(TaskState.WAITING), ExitCode.GAVE_UP),
        ("paused", task(TaskState.WAITING), ExitCode.GAVE_UP),
        ("storage", task(TaskState.WAITING), ExitCode.GAVE_UP),
        ("storage", task(TaskState.SUCCESS, clip(ClipState.REMOTE)), ExitCode.GAVE_UP),
        ("output", task(TaskState.SUCCESS, clip(ClipState.REMOTE)), ExitCode.GAVE_UP),
        ("pictures", task(TaskState.WAITING, images=("/a/cat.png",), trouble="About pictures."), ExitCode.INVALID),
    ],
)
def test_a_cause_that_stops_everything_ends_the_command(cause: str, row: Task, code: ExitCode) -> None:
    scene = Scene(row)
    assert scene.run(lambda: scene.notice(cause)) is code
    standing = NoticeRaised(cause, NoticeLevel.WARNING, f"About {cause}. Since before.")
    assert Scene(row, standing=[standing]).run() is code


@pytest.mark.parametrize("level", [NoticeLevel.INFO, NoticeLevel.WARNING])
def test_a_command_that_ends_because_of_a_notice_says_it_once(level: NoticeLevel, capsys: pytest.CaptureFixture[str]) -> None:
    paused = NoticeRaised("paused", level, "Sending is paused.")
    assert Scene(task(), standing=[paused]).run() is ExitCode.GAVE_UP
    assert capsys.readouterr().err.count("Sending is paused.") == 1
    scene = Scene(task())
    assert scene.run(lambda: scene.events.publish(paused)) is ExitCode.GAVE_UP
    assert capsys.readouterr().err.count("Sending is paused.") == 1


@pytest.mark.parametrize(("is_own", "state"), [(True, TaskState.CANCELLED), (False, TaskState.WAITING)])
def test_what_has_no_way_is_taken_back_by_the_command_that_made_it_and_by_no_other(is_own: bool, state: TaskState) -> None:
    stuck = task(images=("/a/cat.png",), trouble="About pictures.")
    scene = Scene(stuck, task(number=2, images=("/a/dog.png",)), is_own=is_own)
    assert scene.run(lambda: scene.notice("pictures")) is ExitCode.INVALID
    assert {row.state for row in scene.rows.values()} == {state}


def test_what_waits_for_a_refused_model_is_taken_back_and_ends_like_the_refused_task() -> None:
    failed = task(TaskState.FAILED, fail_code=failures.MODEL_GONE)
    scene = Scene(task(), task(number=2), is_own=True)
    code = scene.run(
        lambda: scene.notice("model sora-2"),
        lambda: scene.put(task(number=2, trouble="About model sora-2.")),
        lambda: scene.put(failed),
    )
    assert code is ExitCode.FAILED
    assert scene.rows[2].state is TaskState.CANCELLED


@pytest.mark.parametrize(
    ("cause", "row"),
    [
        ("model sora-2", task(TaskState.PENDING)),
        ("model sora-2-pro", task(TaskState.WAITING, trouble="About model sora-2.")),
        ("key", task(TaskState.SUCCESS, clip(ClipState.DOWNLOADING))),
        ("credit", task(TaskState.PENDING)),
        ("hard-limit", task(TaskState.PENDING)),
        ("paused", task(TaskState.PENDING)),
        ("output", task(TaskState.PROCESSING)),
        ("address", task(TaskState.WAITING)),
        ("pictures", task(TaskState.WAITING)),
        ("pictures", task(TaskState.WAITING, images=("https://a.example/cat.png",))),
        ("pictures", task(TaskState.WAITING, images=("/a/cat.png",))),
        ("pictures", task(TaskState.WAITING, images=("/a/cat.png",), trouble="The relay is busy.")),
    ],
)
def test_what_still_moves_is_followed_although_something_is_wrong(cause: str, row: Task) -> None:
    scene = Scene(row)
    assert scene.run(lambda: scene.notice(cause), lambda: scene.put(SAVED)) is ExitCode.SAVED


def test_offline_for_too_long_is_given_up() -> None:
    scene = Scene(task(TaskState.PENDING))
    code = scene.run(
        lambda: scene.notice("offline"),
        lambda: scene.wait(PATIENCE_S - 1),
        lambda: scene.wait(2),
    )
    assert code is ExitCode.GAVE_UP


def test_money_that_may_have_gone_is_told_also_when_waiting_for_its_report_is_given_up() -> None:
    scene = Scene(task(TaskState.UNKNOWN, trouble="No answer came."))
    assert scene.run(lambda: scene.wait(PATIENCE_S + 1), is_done=lambda _: False) is ExitCode.UNKNOWN


def test_a_connection_that_comes_back_starts_the_patience_anew() -> None:
    scene = Scene(task(TaskState.PENDING))
    code = scene.run(
        lambda: scene.notice("offline"),
        lambda: scene.wait(PATIENCE_S - 1),
        lambda: scene.events.publish(NoticeCleared("offline")),
        lambda: scene.wait(PATIENCE_S - 1),
        lambda: scene.put(SAVED),
    )
    assert code is ExitCode.SAVED


def test_bytes_that_arrive_are_good_news() -> None:
    stuck = task(TaskState.SUCCESS, clip(ClipState.DOWNLOADING, trouble="The connection was lost."))
    scene = Scene(stuck)
    code = scene.run(
        lambda: scene.wait(PATIENCE_S - 1),
        lambda: scene.events.publish(TransferProgressed(1, 1, 10, 20, 5.0)),
        lambda: scene.wait(PATIENCE_S - 1),
        lambda: scene.wait(2),
    )
    assert code is ExitCode.GAVE_UP


def test_a_long_quiet_generation_is_never_given_up() -> None:
    scene = Scene(task(TaskState.PROCESSING))
    assert scene.run(lambda: scene.wait(100 * PATIENCE_S), lambda: scene.put(SAVED)) is ExitCode.SAVED


def test_what_came_but_is_no_film_ends_the_command_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    kept = clip(ClipState.REMOTE, path="/clips/a.kept", trouble="The service sent a web page, not a film. What came is kept.")
    scene = Scene(task(TaskState.SUCCESS, clip(ClipState.REMOTE)))
    assert scene.run(lambda: scene.put(task(TaskState.SUCCESS, kept))) is ExitCode.GAVE_UP
    said = capsys.readouterr().err
    assert "The service sent a web page, not a film. What came is kept. · The bytes are in /clips/a.kept" in said.replace(
        "\\", "/"
    )
    assert "Save as it is or Save now" in said


def test_a_picture_in_place_of_a_film_is_saved_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    picture = clip(path="/clips/a.png", trouble="The service sent a PNG picture, not a film.")
    assert Scene(task(TaskState.SUCCESS, picture)).run() is ExitCode.SAVED
    said = capsys.readouterr()
    assert "a PNG picture, not a film" in said.err
    assert said.out.strip().replace("\\", "/") == "/clips/a.png"
