"""The rows of a table are one batch: all are created, or none, and what is wrong with a text names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import BatchQuestion, InvalidRequest, RequestRepeated
from sora_studio.domain.intent import Intent
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.writing.prompt_table import TableRow, prompt_table
from sora_studio.domain.writing.variations import Variations
from sora_studio.services.writing.variation_batch import VariationBatch
from tests.doubles.prices import clip_price
from tests.unit.services.rig import Rig, request, run


def rows_of(prompt: str) -> tuple[TableRow, ...]:
    return prompt_table(Variations(prompt))


def priced(folder: Path) -> Rig:
    rig = Rig(folder)
    profile = replace(rig.core.profiles["sora-2"], prices=(clip_price(2.0),))
    rig.core.profiles["sora-2"] = profile  # type: ignore[index] - a dict, as the rig made it
    return rig


def test_every_row_is_a_shot_with_its_takes_in_one_batch(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path) as rig:
            batch = VariationBatch(rig.core.profiles, rig.engine.submission)
            rows = rows_of("A {calm|rough} sea at {dawn|dusk}")[1:]
            with pytest.raises(BatchQuestion, match=r"6 tasks for \$12\.00"):
                await batch.send(request(), rows, takes=2, ask=True)
            assert not rig.tasks.rows
            written = "A {calm|rough} sea at {dawn|dusk}"
            options = replace(request(written), options={"duration": 15})
            tasks = await batch.send(options, rows, takes=2, intent=Intent(output_dir=tmp_path / "mine"))
            assert [(task.request.prompt, task.take, task.takes, task.estimated_usd) for task in tasks] == [
                *(("A calm sea at dusk", 1, 2, 2.0), ("A calm sea at dusk", 2, 2, 2.0)),
                *(("A rough sea at dawn", 1, 2, 2.0), ("A rough sea at dawn", 2, 2, 2.0)),
                *(("A rough sea at dusk", 1, 2, 2.0), ("A rough sea at dusk", 2, 2, 2.0)),
            ]
            assert {task.batch for task in tasks} == {tasks[0].id}
            assert {task.output_dir for task in tasks} == {tmp_path / "mine"}
            assert {task.request.written for task in tasks} == {written}
            assert {task.request.options["duration"] for task in tasks} == {15}
            with pytest.raises(RequestRepeated):
                await batch.send(options, rows)
            assert len(await batch.send(options, rows[:1], again=True)) == 1

    run(story())


def test_one_bad_row_keeps_all_back_and_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path) as rig:
            batch = VariationBatch(rig.core.profiles, rig.engine.submission)
            for sent, prompt, words in (
                (request(), "{A sea| |A\0sea}", ["Text 2: ", "Text 3: "]),
                (replace(request(), options={"duration": 99}), "{a|b}", ["Duration "]),
                (request(model="none"), "{a|b}", ["There is no model"]),
                (request(), "{a|b|c|d|e|f|g|h|i|j}" * 2 + "{|!}", ["200 tasks at once are too many"]),
            ):
                with pytest.raises(InvalidRequest) as caught:
                    await batch.send(sent, rows_of(prompt))
                said = zip(caught.value.problems, words, strict=True)
                assert all(problem.message.startswith(start) for problem, start in said)
            assert not rig.tasks.rows
            assert await batch.send(request(), ()) == []

    run(story())


def test_several_pictures_are_so_many_tasks_of_every_row(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path) as rig:
            both = first_pictures("https://pictures.example/a.png", "https://pictures.example/b.png")
            batch = VariationBatch(rig.core.profiles, rig.engine.submission)
            tasks = await batch.send(replace(request(), media=both), rows_of("{x|y}"))
            assert [(task.request.prompt, task.request.sources[0][-5:], task.take, task.takes) for task in tasks] == [
                *(("x", "a.png", 1, 1), ("x", "b.png", 1, 1), ("y", "a.png", 1, 1), ("y", "b.png", 1, 1))
            ]

    run(story())
