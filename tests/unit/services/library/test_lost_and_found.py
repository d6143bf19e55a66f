"""A library is rebuilt from nothing but the folder of its clips."""

import json
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.imports import Outcome
from sora_studio.domain.ports import TaskFilter
from sora_studio.services.clips.metadata import describe
from tests.unit.services.library.libraries import AT, GATEWAY, Library
from tests.unit.services.rig import run

DECIDED = {
    "format": 2,
    "stars": 4,
    "verdict": "kept",
    "tags": ["rain", " "],
    "project": "Rain Film",
    "parent": {"task": 1, "kind": "longer", "clip": 1, "at_s": 2.5},
}


async def make(library: Library) -> None:
    """Two tasks, of which the second continues the first, with metadata; and what is no clip of ours."""
    for prompt in ("A ferry leaves a harbour", "The ferry comes back"):
        task = await library.add(prompt, clips=2)
        for clip in task.clips:
            assert clip.path is not None
            facts = describe(task, clip, clip.film, mode="text-to-video", gateway=GATEWAY, saved_at=AT)
            facts = {**facts, **(DECIDED if task.id == 2 else {})}
            clip.path.with_suffix(".json").write_text(json.dumps(facts))
    (library.clips / "holiday.mp4").write_bytes(b"film")
    (library.clips / "odd.mp4").write_bytes(b"film")
    (library.clips / "odd.json").write_text("{")
    (library.clips / "notes.txt").write_text("mine")


def test_a_library_is_rebuilt_from_its_folder(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            await make(one)
            before = {path: path.read_bytes() for path in one.clips.iterdir()}
            dry = await two.importing.folder(one.clips, dry_run=True)
            assert (dry.count(Outcome.ADDED), await two.told()) == (2, [])
            done = await two.importing.folder(one.clips)
            assert done.count(Outcome.ADDED) == 2
            assert [(left.file.name, left.reason) for left in done.left_out] == [
                ("holiday.mp4", "There is no metadata file beside it."),
                ("odd.mp4", "Its metadata cannot be used: it is not JSON."),
            ]
            assert {path: path.read_bytes() for path in one.clips.iterdir()} == before
            second, first = await two.tasks.find(TaskFilter(), limit=9)
            assert (first.request.prompt, second.request.prompt) == ("A ferry leaves a harbour", "The ferry comes back")
            assert [clip.path for clip in first.clips] == [clip.path for clip in (await one._get(1)).clips]
            assert all(clip.poster and clip.film for clip in (*first.clips, *second.clips))
            assert (second.stars, second.verdict, second.tags) == (4, "kept", ("rain",))
            assert second.parent is not None
            assert (second.parent.task, second.parent.clip, second.parent.at_s) == (first.id, 0, 2.5)
            assert [project.name for project in await two.projects.all()] == ["Rain Film"]
            again = await two.importing.folder(one.clips)
            assert again.count(Outcome.KNOWN) == 2
            assert (await one.importing.folder(one.clips)).count(Outcome.KNOWN) == 2
            assert len(await two.told()) == 2

    run(story())


@pytest.mark.parametrize("harm", [{"duration_s": 10**400}, {"created_at": "0001-01-01T00:00:00+14:00"}])
def test_what_cannot_be_in_one_file_keeps_no_other_clip_out(tmp_path: Path, harm: dict[str, object]) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            await make(one)
            file = next(one.clips.glob("*1*.json"))
            file.write_text(json.dumps(json.loads(file.read_text()) | harm))
            done = await two.importing.folder(one.clips)
            assert file.stem in [left.file.stem for left in done.left_out]
            assert done.count(Outcome.ADDED) == 2

    run(story())


def test_moved_clips_are_found_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            await make(library)
            moved = library.clips.rename(tmp_path / "moved")
            for task in await library.tasks.find(TaskFilter(), limit=9):
                for clip in task.clips:
                    await library.tasks.transition_clip(clip.id, ClipState.MISSING)
            assert (await library.importing.folder(moved)).count(Outcome.COMPLETED) == 2
            tasks = await library.tasks.find(TaskFilter(), limit=9)
            assert [task.phase for task in tasks] == ["ready", "ready"]
            assert all(clip.path and clip.path.parent == moved for task in tasks for clip in task.clips)

    run(story())
