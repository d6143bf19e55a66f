"""Prompts that were made of one written text: so many versions, each with its clips, none stale while that text stands."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sora_studio.domain.intent import Intent
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.library_tiles import SqliteTiles
from tests.unit.storage.test_version_history import AT, Desk

WRITTEN = "A pier at {dawn|dusk}"
PROMPTS = ["A pier at dawn", "A pier at dusk"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "studio.db")
    made.write(WRITTEN)
    yield made
    made.close()


def send(desk: Desk, *prompts: str) -> list[int]:
    requests = [GenerationRequest("sora-2", prompt, written=WRITTEN) for prompt in prompts]
    intents = [Intent(desk.draft.id)] * len(prompts)
    return [task.id for task in desk.run(desk.tasks.add(requests, gateway="g", at=AT, intents=intents))]


def stale(desk: Desk) -> tuple[set[int], set[int], set[int]]:
    """The stale tasks as the task list, the search and the tiles know them."""
    every = [entry.task for version in desk.run(desk.versions.listed(desk.draft.id)) for entry in version.takes]
    tiles = desk.run(SqliteTiles(desk.database).rows(every, now=AT))
    return (
        set(desk.run(LibraryQueries(desk.database).stale(every))),
        set(desk.listed("is:stale")),
        {tile.id for tile in tiles if tile.is_stale},
    )


def test_each_prompt_is_a_version_and_sending_them_again_adds_none(desk: Desk) -> None:
    first = send(desk, *PROMPTS)
    again = send(desk, *PROMPTS)
    assert desk.texts() == [f"sent {prompt}" for prompt in reversed(PROMPTS)]
    for one, other, prompt in zip(first, again, PROMPTS, strict=True):
        task = desk.task(one)
        assert task.version == desk.task(other).version
        assert (task.request.prompt, task.request.written, task.request.as_written) == (prompt, WRITTEN, WRITTEN)


def test_no_task_is_stale_until_the_written_text_changes(desk: Desk) -> None:
    tasks = set(send(desk, *PROMPTS))
    assert stale(desk) == (set(), set(), set())
    desk.write("A pier at {dawn|dusk|noon}")
    assert stale(desk) == (tasks, tasks, tasks)
    desk.write(WRITTEN)
    assert stale(desk) == (set(), set(), set())


def test_what_was_sent_needs_no_autosave_and_comes_back_as_it_was_written(desk: Desk) -> None:
    (task, _) = send(desk, *PROMPTS)
    desk.write("Something else entirely, and long enough to be kept", after=timedelta(hours=1))
    assert desk.texts() == [f"sent {prompt}" for prompt in reversed(PROMPTS)]
    assert desk.run(desk.versions.recent_texts(desk.draft.id, since=AT - timedelta(days=1), most=9)) == [WRITTEN]
    version = desk.task(task).version
    assert version is not None
    restored = desk.run(desk.versions.restore(desk.draft.id, version, at=desk.now))
    assert restored is not None
    assert (restored.request.prompt, restored.request.written) == (WRITTEN, "")


def test_only_what_was_sent_is_found(desk: Desk) -> None:
    (dawn, dusk) = send(desk, *PROMPTS)
    assert desk.listed("dawn") == [dawn]
    assert desk.listed("pier") == [dusk, dawn]
