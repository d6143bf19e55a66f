"""What ended in the background is told once for all of it, and brought up to date rather than repeated."""

from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.domain.clip import Clip, ClipCounts, ClipState
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.viewmodels.tasks.task_feed import TaskUpdate
from sora_studio.viewmodels.window.finished_news import FinishedNews, News, WorkProgress

START = datetime(2026, 11, 28, 12, tzinfo=UTC)


def made(number: int, state: TaskState, *, fail_code: str | None = None, completed_at: datetime | None = None) -> Task:
    clip = Clip(number, number, 0, ClipState.SAVED, "", START)
    return Task(
        number,
        state,
        GenerationRequest("sora-2", f"Prompt {number}\nand more"),
        "service",
        START,
        fail_code=fail_code,
        completed_at=completed_at,
        clips=(clip,) if state is TaskState.SUCCESS else (),
    )


def update(*tasks: Task, running: int = 0, waiting: int = 0) -> TaskUpdate:
    return TaskUpdate({task.id: task for task in tasks}, 0, running, waiting, ClipCounts())


class Listener:
    """Collects what is told."""

    def __init__(self, news: FinishedNews) -> None:
        self.told = list[News]()
        self.withdrawals = 0
        news.told.connect(self.told.append)
        news.withdrawn.connect(self._count)

    def _count(self) -> None:
        self.withdrawals += 1

    @property
    def titles(self) -> list[str]:
        return [news.title for news in self.told]


@pytest.fixture
def news(qapp: object) -> FinishedNews:
    found = FinishedNews(collect_ms=1, pause_ms=60, since=START)
    found.set_in_front(False)
    return found


def run_and_end(news: FinishedNews, *ended: Task) -> None:
    news.take_update(update(*(made(task.id, TaskState.PROCESSING) for task in ended)))
    news.take_update(update(*ended))


def test_a_group_is_one_message(news: FinishedNews, qtbot: QtBot) -> None:
    heard = Listener(news)
    ready = [made(number, TaskState.SUCCESS) for number in range(1, 7)]
    refused, failed = made(7, TaskState.FAILED, fail_code="CONTENT_VIOLATION"), made(8, TaskState.FAILED, fail_code="ODD_THING")
    run_and_end(news, *ready, refused, failed)
    qtbot.waitUntil(lambda: bool(heard.told))
    assert heard.told == [News("6 ready, 1 refused, 1 failed", "Prompt 6 and 7 more", task=6, clip=6, count=8)]


def test_one_refusal_has_nothing_to_play(news: FinishedNews, qtbot: QtBot) -> None:
    heard = Listener(news)
    run_and_end(news, made(3, TaskState.FAILED, fail_code="CONTENT_VIOLATION"))
    qtbot.waitUntil(lambda: bool(heard.told))
    assert heard.told == [News("1 refused", "Prompt 3", task=3, clip=None)]


def test_later_ones_wait_for_the_pause_and_bring_it_up_to_date(news: FinishedNews, qtbot: QtBot) -> None:
    heard = Listener(news)
    run_and_end(news, made(1, TaskState.SUCCESS))
    qtbot.waitUntil(lambda: heard.titles == ["1 ready"])
    for number in (2, 3, 4):
        run_and_end(news, made(number, TaskState.SUCCESS))
    qtbot.waitUntil(lambda: len(heard.told) > 1)
    assert heard.titles == ["1 ready", "4 ready"]


def test_the_front_withdraws_it_and_begins_anew(news: FinishedNews, qtbot: QtBot) -> None:
    heard = Listener(news)
    run_and_end(news, made(1, TaskState.SUCCESS))
    qtbot.waitUntil(lambda: heard.titles == ["1 ready"])
    news.set_in_front(True)
    news.set_in_front(True)
    assert heard.withdrawals == 1
    run_and_end(news, made(2, TaskState.SUCCESS))
    news.set_in_front(False)
    run_and_end(news, made(3, TaskState.SUCCESS))
    qtbot.waitUntil(lambda: len(heard.told) > 1)
    assert heard.titles == ["1 ready", "1 ready"]
    assert heard.told[-1].task == 3, "the second was seen in the window"


def test_each_counts_once_and_only_if_it_has_just_ended(news: FinishedNews, qtbot: QtBot) -> None:
    heard = Listener(news)
    news.take_update(update(made(1, TaskState.SUCCESS, completed_at=START - timedelta(hours=1)), made(2, TaskState.CANCELLED)))
    run_and_end(news, made(3, TaskState.SUCCESS))
    news.take_update(update(made(3, TaskState.SUCCESS), made(4, TaskState.SUCCESS, completed_at=START)))
    qtbot.waitUntil(lambda: bool(heard.told))
    assert heard.titles == ["2 ready"], "the third, and the fourth, which ended before it was seen running"


def test_the_progress_is_of_all_since_there_was_no_work(qapp: object) -> None:
    work, seen = WorkProgress(), list[float]()
    work.changed.connect(seen.append)
    for running, waiting in ((0, 0), (2, 2), (2, 2), (2, 1), (1, 1), (2, 2), (0, 0), (1, 0)):
        work.take_update(update(running=running, waiting=waiting))
    assert seen == [0.0, 0.25, 0.5, pytest.approx(2 / 6), -1.0, 0.0]
