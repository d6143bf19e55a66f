"""What is reachable, in words: one row for each picture and place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sora_studio.domain.picture import PictureRoute, Publication
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.quantities import time_of_day_text
from sora_studio.viewmodels.settings.publications import PublicationRow, row_of
from tests.doubles.settings_studio import published
from tests.doubles.task_studio import task_in

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUNS = " · Its task is still running and may fail without it."


def row(*sent: Publication, tasks: tuple[Task, ...] = ()) -> PublicationRow:
    return row_of(sent, {task.id: task for task in tasks}, NOW)


def sent(number: int, *, hours_ago: int = 1, **changes: object) -> Publication:
    at = NOW - timedelta(hours=hours_ago)
    return replace(published(number, **changes), published_at=at, expires_at=at + timedelta(hours=6))


def test_of_a_picture_that_was_sent_twice_the_longest_reach_is_told() -> None:
    seen = row(sent(3, url=""), sent(2, hours_ago=2), sent(1, hours_ago=3))
    since, until = (time_of_day_text(NOW + timedelta(hours=hours), NOW) for hours in (-3, 4))
    assert seen.facts.startswith(f"My bucket · since {since}, until ")
    assert until in seen.facts
    assert seen.publications == (2, 1, 3), "what can be fetched now is taken back first"


def test_what_has_no_address_yet_is_on_its_way() -> None:
    assert row(sent(1, url="")).facts == "My bucket · being published"


def test_nobody_promises_an_end_to_what_a_command_put_online() -> None:
    facts = row(sent(1, route=PictureRoute.COMMAND, hours_ago=9)).facts
    assert facts.endswith(", for as long as your command keeps it")


def test_what_hinders_any_of_it_is_told() -> None:
    assert row(sent(2), sent(1, trouble="The store cannot be reached.")).trouble == "The store cannot be reached."


@pytest.mark.parametrize("phase", list(Phase))
def test_only_who_could_still_need_it_is_warned_of(phase: Phase) -> None:
    task = task_in(phase, 1, prompt="A pier")
    warned = row(sent(1), tasks=(task,)).tasks
    assert warned == (f"For “A pier”{RUNS}" if task.state.is_running else "For “A pier”")
    assert not row(sent(1, route=PictureRoute.COMMAND), tasks=(task,)).tasks.endswith(RUNS), "it cannot be withdrawn"


def test_all_tasks_of_all_its_sendings_are_counted() -> None:
    tasks = tuple(task_in(Phase.WAITING, number, prompt="A pier") for number in (1, 2, 3))
    assert row(sent(2, tasks=(2, 3)), sent(1), tasks=tasks).tasks == "For “A pier” and 2 more tasks"
    tasks = (*tasks[:2], task_in(Phase.PROCESSING, 3, prompt="A pier"))
    words = row(sent(2, tasks=(2, 3)), sent(1), tasks=tasks).tasks
    assert words == "For “A pier” and 2 more tasks · A task that is still running may fail without it."


def test_what_only_this_computer_reaches_is_not_called_public_while_it_is_sent_again() -> None:
    here = sent(1, route=PictureRoute.RELAY, url="http://127.0.0.1:40001/p/x.jpg")
    assert row(sent(2, route=PictureRoute.RELAY, url=""), here).facts.startswith("Only on this computer · since ")
