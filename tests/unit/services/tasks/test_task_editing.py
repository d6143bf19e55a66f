"""An edited task is sent once: as it was, or as it is now, whatever was about to leave when the edit was saved."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.tasks.submission import ONE_PICTURE
from sora_studio.services.tasks.task_editing import TaskEdit
from tests.unit.services.rig import Rig, request, run


async def begun(rig: Rig, task: int = 1) -> TaskEdit:
    edit = await rig.engine.task_editing.begin(task)
    assert edit is not None
    return edit


async def saved(rig: Rig, edit: TaskEdit, prompt: str = "new") -> Task:
    task = await rig.engine.task_editing.save(edit, request(prompt), shown={})
    assert task is not None
    return task


def prompts(rig: Rig) -> list[str]:
    return [created.prompt for created in rig.gateway.created]


def test_a_create_that_had_read_the_old_request_does_not_send_it(tmp_path: Path) -> None:
    """The old request is in flight, right before its claim, while the edit begins and is saved."""

    async def story() -> None:
        rig = Rig(tmp_path)
        turn = rig.gateway.turn = asyncio.Event()
        async with rig:
            await rig.submit("old")
            edit = await begun(rig)
            await rig.advance(60)
            new = await saved(rig, edit)
            turn.set()
            await rig.advance(60)
            assert prompts(rig) == ["new"]
            assert rig.state(1) is TaskState.CANCELLED
            assert rig.row(1).trashed_at is not None
            assert rig.state(new.id) is TaskState.PENDING

    run(story())


@pytest.mark.parametrize("steps", range(0, 24, 2))
def test_an_edit_at_every_step_of_sending_makes_one_task(tmp_path: Path, steps: int) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.submission.submit(request("old"))
            for _ in range(steps):
                await asyncio.sleep(0)
            edit = await rig.engine.task_editing.begin(1)
            new = edit and await rig.engine.task_editing.save(edit, request("new"), shown={})
            await rig.advance(60)
            assert prompts(rig) == (["new"] if new else ["old"])

    run(story())


def test_a_task_keeps_its_place_and_batch_and_is_not_sent_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.send_pause.pause()
            await rig.engine.submission.submit(request("same"), takes=3)
            edit = await begun(rig, 2)
            await rig.engine.send_pause.resume()
            await rig.advance(600)
            assert prompts(rig) == ["same", "same"]
            await rig.engine.send_pause.pause()
            await rig.submit("later")
            new = await saved(rig, edit)
            assert (new.batch, new.take, new.takes, new.rank) == (1, 2, 3, 2.0)
            await rig.advance(0.1)
            await rig.engine.send_pause.resume()
            await rig.advance(5)
            assert prompts(rig)[2:] == ["new", "later"]

    run(story())


def test_cancelling_an_edit_sends_the_task_as_it_was_unless_it_was_held_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.send_pause.pause()
            await rig.submit("1", "2", "3")
            await rig.engine.waiting_tasks.hold([2, 3])
            edits = [await begun(rig, task) for task in (1, 2, 3)]
            for edit in edits[:2]:
                await rig.engine.task_editing.cancel(edit)
            still_held = await saved(rig, edits[2])
            await rig.engine.send_pause.resume()
            await rig.advance(60)
            assert prompts(rig) == ["1"]
            assert still_held.held_at == rig.row(2).held_at is not None

    run(story())


def test_what_is_sent_cancelled_or_put_aside_cannot_be_edited(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("sent")
            assert await rig.engine.task_editing.begin(1) is None
            await rig.engine.send_pause.pause()
            await rig.submit("2", "3")
            edits = [await begun(rig, task) for task in (2, 3)]
            await rig.engine.submission.cancel(2)
            await rig.engine.waiting_tasks.release([3])
            await rig.engine.send_pause.resume()
            await rig.advance(5)
            for edit in edits:
                assert await rig.engine.task_editing.save(edit, request("late"), shown={}) is None
            assert prompts(rig) == ["sent", "3"]
            assert len(rig.tasks.rows) == 3

    run(story())


def test_a_request_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.send_pause.pause()
            await rig.submit("old")
            edit = await begun(rig)
            for wrong, words in (
                (request(""), "prompt"),
                (request("two", images=("https://a.example/1.png", "https://a.example/2.png")), ONE_PICTURE),
            ):
                with pytest.raises(InvalidRequest) as refused:
                    await rig.engine.task_editing.save(edit, wrong, shown={})
                assert words in str(refused.value.problems)
            assert (len(rig.tasks.rows), rig.row().held_at) == (1, edit.task.held_at)

    run(story())


def test_two_saves_of_one_edit_make_one_task(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.send_pause.pause()
            await rig.submit("old")
            edit = await begun(rig)
            save = rig.engine.task_editing.save
            made = await asyncio.gather(*(save(edit, request(f"new {number}"), shown={}) for number in range(2)))
            await rig.engine.send_pause.resume()
            await rig.advance(60)
            assert len([task for task in made if task]) == 1
            assert len(prompts(rig)) == 1

    run(story())
