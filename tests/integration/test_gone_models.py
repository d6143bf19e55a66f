"""A model that is retired while tasks run, and one whose file has gone, on a real database and the real simulator."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sora_studio import studio as studio_module
from sora_studio.domain import failures
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task
from sora_studio.paths import resources_dir
from sora_studio.simulator.serve import running
from sora_studio.viewmodels.tasks.task_words import facts_of
from tests.integration.stage import SPEED, frames_of, request, run, running_studio, until

SLUG, MODE = "kling-2-6", "text-to-video"
NO_PROFILE = f"There is no profile of {SLUG}: put the file back, or open the draft with another model."


def by_id(tasks: list[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: task.id)


def test_a_model_that_is_retired_while_tasks_run_costs_none_of_them(tmp_path: Path) -> None:
    def is_settled(tasks: list[Task]) -> bool:
        accepted, *others = by_id(tasks)
        return accepted.phase is Phase.READY and all(task.phase is Phase.FAILED or task.trouble for task in others)

    async def story() -> None:
        with running(speed=SPEED) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request("accepted before"))
                await until(studio, lambda tasks: tasks[0].task_id is not None)
                simulator.state.retire("sora-2")
                await studio.submission.submit(request("refused"), takes=5)
                _, *others = by_id(await until(studio, is_settled))
                refused = [task for task in others if task.phase is Phase.FAILED]
                assert 1 <= len(refused) <= 2  # the second was on its way when the first was answered
                assert {(task.fail_code, task.fail_message) for task in refused} == {(failures.MODEL_GONE, "MODEL_UNAVAILABLE")}
                assert {task.phase for task in others if task not in refused} == {Phase.WAITING}
                (notice,) = [notice for notice in studio.notices.current if notice.model]
                assert notice.text.startswith("Sora 2 is no longer offered by the service.")
                assert len(simulator.state.charges) == 1
                assert studio.settings.current.model == "sora-2"  # never changed silently

    run(story())


def test_tasks_of_a_model_whose_file_is_gone_are_followed_saved_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_the_file_away() -> None:
        shutil.copytree(resources_dir(), tmp_path / "resources")
        (tmp_path / "resources" / "models" / f"{SLUG}.toml").unlink()
        monkeypatch.setattr(studio_module.paths, "resources_dir", lambda: tmp_path / "resources")

    async def story() -> None:
        wanted = GenerationRequest(SLUG, "A harbour at dawn", {"duration": 5, "sound": False}, mode=MODE)
        with running(speed=SPEED) as simulator:
            async with running_studio(tmp_path, simulator.url, speed=1) as studio:  # its first poll is a minute away
                await studio.submission.submit(wanted)
                await until(studio, lambda tasks: tasks[0].task_id is not None)
            take_the_file_away()
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.tasks.add([wanted], gateway="simulator", at=datetime.now(UTC))
                tasks = await until(studio, lambda tasks: len(tasks) == 2 and bool(by_id(tasks)[1].trouble))
                tasks = await until(studio, lambda tasks: by_id(tasks)[0].phase is Phase.READY)
                saved, kept = by_id(tasks)
                film = saved.clips[0].path
                assert film is not None
                assert frames_of(film) > 100
                beside = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
                assert (beside["model"], beside["mode"], beside["options"]["duration"]) == (SLUG, MODE, 5)
                assert facts_of(saved, None).startswith(f"{SLUG} · {MODE}, duration: 5, ")
                assert (kept.phase, kept.trouble) == (Phase.WAITING, NO_PROFILE)
                assert len(simulator.state.charges) == 1
            monkeypatch.undo()
            async with running_studio(tmp_path, simulator.url) as studio:
                tasks = await until(studio, lambda tasks: all(task.task_id for task in tasks))
                assert [task.trouble for task in tasks] == [None, None]
                assert len(simulator.state.charges) == 2

    run(story())
