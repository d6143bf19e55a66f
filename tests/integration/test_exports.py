"""A studio on the simulator exports what it made; another one takes it in and asks and sends nothing for it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import BatchBlocked, InvalidRequest, RequestRepeated
from sora_studio.domain.exports import ExportFormat
from sora_studio.domain.imports import Outcome
from sora_studio.domain.task import TaskState
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from tests.integration.stage import ALL, all_ready, request, run, running_studio, until

TABLE = 'prompt,duration,count,project,tags\nA fox in snow,10,2,Rain Film,"fox, snow"\nA bear,15,,,\n'


async def told(studio: Studio, path: Path) -> list[dict[str, object]]:
    await studio.exporting.export(sorted(await studio.exporting.find("")), ExportFormat.JSON, path)
    lines: list[dict[str, object]] = json.loads(await on_disk(path.parent, path.read_text))
    return [{**line, "id": 0, "version": 0, "files": len(str(line["files"])) > 2} for line in lines]


def test_another_studio_takes_a_history_in_and_leaves_the_service_alone(tmp_path: Path) -> None:
    one, two, three = tmp_path / "one", tmp_path / "two", tmp_path / "three"

    async def story() -> None:
        with running(speed=400, film_edge_px=180) as simulator:
            async with running_studio(one, simulator.url) as studio:
                await studio.submission.submit(request("A ferry"))
                await until(studio, all_ready)
                await studio.exporting.export(await studio.exporting.find(""), ExportFormat.BUNDLE, tmp_path / "all.zip")
                mine = await told(studio, tmp_path / "one.json")
            charges = len(simulator.state.charges)
            for folder, path in ((two, tmp_path / "all.zip"), (three, one / "clips")):
                async with running_studio(folder, simulator.url) as studio:
                    into = studio.importing.bundle if path.suffix else studio.importing.folder
                    assert (await into(path)).count(Outcome.ADDED) == 1
                    assert (await into(path)).count(Outcome.KNOWN) == 1
                    tasks = await until(studio, all_ready)
                    assert all(clip.path and clip.poster and clip.poster.exists() for task in tasks for clip in task.clips)
                    theirs = await told(studio, tmp_path / f"{folder.name}.json")
                    assert len(theirs) == 1
                    if folder == two:
                        assert theirs == mine
                    assert studio.tracking.is_owner
            assert len(simulator.state.charges) == charges

    run(story())


def test_rows_become_paid_tasks_all_or_none(tmp_path: Path) -> None:
    table = tmp_path / "prompts.csv"
    table.write_text(TABLE)

    async def story() -> None:
        with running(speed=400, film_edge_px=180) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.send_pause.pause()
                plan = await studio.prompt_tables.plan(table, check=studio.prompt_sending.check)
                await studio.settings.change(replace(studio.settings.current, day_hard_limit_usd=0.2))
                with pytest.raises(BatchBlocked):
                    await studio.prompt_sending.send(plan)
                assert (await studio.tasks.find(ALL, limit=9), await studio.projects.all()) == ([], [])
                await studio.settings.change(replace(studio.settings.current, day_hard_limit_usd=None))
                added = await studio.prompt_sending.send(plan)
                assert [(task.request.prompt, task.take, task.takes) for task in added] == [
                    ("A fox in snow", 1, 2),
                    ("A fox in snow", 2, 2),
                    ("A bear", 1, 1),
                ]
                with pytest.raises(RequestRepeated):
                    await studio.prompt_sending.send(plan)
                table.write_text(TABLE + "A crow,11,,,\n")
                with pytest.raises(InvalidRequest, match="10 s or 15 s"):
                    await studio.prompt_tables.plan(table, check=studio.prompt_sending.check)
                rows = await studio.tasks.get_many([task.id for task in added])
                assert [task.tags for task in rows] == [("fox", "snow"), ("fox", "snow"), ()]
                assert [task.project is not None for task in rows] == [True, True, False]
                assert {task.state for task in rows} == {TaskState.WAITING}
                await studio.send_pause.resume()
                await until(studio, all_ready)
            assert len(simulator.state.charges) == 3

    run(story())
