"""Editing what waits, around the moment of sending, against the simulator: each task is paid for once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskState
from sora_studio.simulator.serve import State, running
from sora_studio.studio import Studio
from tests.integration.stage import request, run, running_studio, until

TASKS = 32


def all_sent(tasks: list[Task]) -> bool:
    return all(task.task_id or task.state is TaskState.CANCELLED for task in tasks)


async def edited(studio: Studio, state: State, task: Task, *, after: int, number: int = 0) -> str:
    """Edit a task once so many were charged; return the prompt that must be charged for it."""
    await until(studio, lambda _tasks: len(state.charges) >= after)
    edit = await studio.task_editing.begin(task.id)
    if edit is None:
        return task.request.prompt
    for _ in range(number % 7):
        await asyncio.sleep(0)
    if number % 5 == 4:
        await studio.task_editing.cancel(edit)
        return task.request.prompt
    new = await studio.task_editing.save(edit, request(f"{task.request.prompt}, edited"), shown={})
    assert new is not None, "a task that is held is not sent"
    return new.request.prompt


def test_an_edit_at_any_moment_is_charged_once_also_from_another_process(tmp_path: Path) -> None:
    """The first ones are edited before they may leave, the last ones after; the others race with the sender.

    The second studio does not own the folder: it edits what the first one sends, as a second process would.
    """

    async def story() -> None:
        with running(speed=400) as simulator:
            async with AsyncExitStack() as stack:
                owner = await stack.enter_async_context(running_studio(tmp_path, simulator.url))
                guest = await stack.enter_async_context(running_studio(tmp_path, simulator.url))
                await owner.send_pause.pause()
                tasks = [
                    task for number in range(TASKS) for task in await owner.submission.submit(request(f"shot {number:02}"))
                ]
                first = [await edited(owner, simulator.state, task, after=0) for task in tasks[:4]]
                await owner.send_pause.resume()
                studios = (owner, guest)
                racing = await asyncio.gather(
                    *(
                        edited(studios[n % 2], simulator.state, task, after=n % 16, number=n)
                        for n, task in enumerate(tasks[4:-4])
                    )
                )
                await until(owner, all_sent)
                last = [await edited(owner, simulator.state, task, after=0) for task in tasks[-4:]]
                expected = [*first, *racing, *last]
                charged = Counter(charge.prompt for charge in simulator.state.charges)
                assert charged == Counter(expected)
                assert (len(charged), max(charged.values())) == (TASKS, 1)
                assert all(prompt.endswith("edited") for prompt in first)
                assert not any(prompt.endswith("edited") for prompt in last)
                listed = await owner.tasks.find(TaskFilter(), limit=1000)
                assert len(listed) == TASKS, "what was replaced is not in the list"

    run(story())


def test_an_edit_that_the_end_of_the_program_cut_off_leaves_the_task_held(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.send_pause.pause()
                (task,) = await studio.submission.submit(request("unfinished"))
                assert await studio.task_editing.begin(task.id) is not None
                await studio.send_pause.resume()
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request("another"))
                await until(studio, lambda tasks: bool(tasks[0].task_id))
                assert [charge.prompt for charge in simulator.state.charges] == ["another"]
                await studio.waiting_tasks.release([task.id])
                await until(studio, all_sent)
                assert [charge.prompt for charge in simulator.state.charges] == ["another", "unfinished"]

    run(story())
