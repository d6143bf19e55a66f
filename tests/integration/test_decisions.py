"""What a person decides is on disk, can be taken back, and never sends or loses anything."""

from datetime import timedelta
from pathlib import Path

from sora_studio.domain.events import DecisionMade, Event
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase
from sora_studio.services.library.trash import KEPT_DAYS
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from tests.integration.stage import all_ready, run, running_studio, until

REQUEST = GenerationRequest("sora-2", "A ferry leaves a harbour", {"duration": 10})


async def listed(studio: Studio) -> list[int]:
    return sorted(task.id for task in await studio.tasks.find(TaskFilter(), limit=99))


def test_decisions_are_told_taken_back_and_made_again(tmp_path: Path) -> None:
    async def story() -> None:
        told = list[Event]()
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                (task,) = await studio.submission.submit(REQUEST)
                (done,) = await until(studio, all_ready)
                film = done.clips[0].path
                studio.events.subscribe(told.append)
                await studio.judging.judge([ClipRef(task.id)], Judgement(stars=5, verdict=Verdict.KEPT))
                await studio.judging.trash([ClipRef(task.id)])
                assert await listed(studio) == []
                assert film is not None
                assert film.exists(), "the trash touches no file"
                assert studio.undo_steps.undo_words == "1 clip moved to the trash"
                await studio.undo_steps.undo()
                assert await listed(studio) == [task.id]
                await studio.undo_steps.undo()
                judged = await studio.tasks.get(task.id)
                assert judged is not None
                assert (judged.stars, judged.verdict) == (0, None)
                assert await studio.undo_steps.undo() == ""
                await studio.undo_steps.redo()
                await studio.undo_steps.redo()
                assert await listed(studio) == []
                assert [(event.words, event.is_undo) for event in told if isinstance(event, DecisionMade)] == [
                    ("1 clip kept", False),
                    ("1 clip moved to the trash", False),
                    ("1 clip moved to the trash", True),
                    ("1 clip kept", True),
                    ("1 clip kept", False),
                    ("1 clip moved to the trash", False),
                ]

    run(story())


def test_a_waiting_task_in_the_trash_is_not_sent_until_it_is_taken_back(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.send_pause.pause()
                kept, thrown = await studio.submission.submit(REQUEST, takes=2)
                await studio.judging.trash([ClipRef(thrown.id)])
                await studio.send_pause.resume()
                await until(studio, lambda tasks: any(task.phase is Phase.READY for task in tasks))
                assert len(simulator.state.charges) == 1
                row = await studio.tasks.get(thrown.id)
                assert row is not None
                assert row.phase is Phase.WAITING
                await studio.undo_steps.undo()
                done = await until(studio, lambda tasks: len(tasks) == 2 and all_ready(tasks))
                assert {task.id for task in done} == {kept.id, thrown.id}
                assert len(simulator.state.charges) == 2

    run(story())


def test_what_has_been_in_the_trash_for_a_month_is_gone_and_its_file_stays(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                old, new = await studio.submission.submit(REQUEST, takes=2)
                done = await until(studio, lambda tasks: len(tasks) == 2 and all_ready(tasks))
                await studio.judging.trash([ClipRef(old.id), ClipRef(new.id)])
                row = await studio.tasks.get(old.id)
                assert row is not None
                assert row.trashed_at is not None
                await studio.tasks.record(old.id, trashed_at=row.trashed_at - timedelta(days=KEPT_DAYS, seconds=1))
                assert await studio.trash.purge_old() == [old.id]
                assert await studio.tasks.get(old.id) is None
                assert await studio.tasks.get(new.id) is not None
                assert all(clip.path and clip.path.exists() for task in done for clip in task.clips)
                gone, files = await studio.trash.empty()
                assert (list(gone), len(files)) == ([new.id], 1)

    run(story())
