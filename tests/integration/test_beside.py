"""One draft for three models as one batch, through the real service: each ends with its own clip, or nothing is sent."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.beside import beside, carried
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.request import GenerationRequest
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from tests.integration.stage import ALL, all_ready, run, running_studio, until

REQUEST = GenerationRequest("seedance-2-0-mini", "A ferry leaves a harbour", {"duration": 4, "resolution": "480p"})
SLUGS = ("kling-3-0-std", "kling-2-6")


def drafts(studio: Studio) -> list[GenerationRequest]:
    source = studio.profiles[REQUEST.model]
    targets = [studio.profiles[slug] for slug in SLUGS]
    return [entry.request for entry in beside(REQUEST, source, targets, lambda target: carried(REQUEST, source, target))]


def test_three_models_make_three_takes_of_one_draft_and_one_refused_keeps_all_back(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                seedance, kling_3, kling_2 = drafts(studio)
                unsaid = replace(kling_2, options={name: value for name, value in kling_2.options.items() if name != "sound"})
                with pytest.raises(InvalidRequest, match=r"Kling 2\.6: Choose Sound first\."):
                    await studio.submission.submit_together([seedance, kling_3, unsaid])
                assert await studio.tasks.find(ALL, limit=10) == []
                said = replace(kling_2, options={**kling_2.options, "sound": False})
                added = await studio.submission.submit_together([seedance, kling_3, said])
                done = sorted(await until(studio, all_ready), key=lambda task: task.id)
                assert [(task.request.model, task.take, task.takes, task.batch) for task in done] == [
                    (slug, take, 3, added[0].id) for take, slug in enumerate((REQUEST.model, *SLUGS), start=1)
                ]
                films = [task.clips[0].film for task in done]
                assert [(round(film.duration_s), film.has_audio) for film in films if film] == [
                    (4, True),
                    (4, False),
                    (5, False),
                ]
                notes = [
                    json.loads(task.clips[0].path.with_suffix(".json").read_text(encoding="utf-8"))
                    for task in done
                    if task.clips[0].path
                ]
                assert [note["model"] for note in notes] == [REQUEST.model, *SLUGS]
                assert {note["prompt"] for note in notes} == {REQUEST.prompt}
                assert len(simulator.state.charges) == 3
                assert len({charge.usd for charge in simulator.state.charges}) > 1

    run(story())
