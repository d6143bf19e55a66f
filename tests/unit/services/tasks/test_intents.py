"""What a task keeps besides its request: the folder of its clips, its project, and the task that it comes from."""

import contextlib
import threading
from pathlib import Path

import pytest

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import FolderSilent, InvalidSetting, RequestRepeated
from sora_studio.domain.events import NoticeRaised
from sora_studio.domain.intent import Intent, Parent, ParentKind
from sora_studio.domain.project import Project
from tests.doubles.gateway import DONE
from tests.unit.services.clips.test_retrieval import LINK, clip, finished, is_saved
from tests.unit.services.rig import Rig, request, run


async def succeeded(rig: Rig, intent: Intent, *, expires_in_s: float) -> int:
    """A finished task with this intent, not yet saved."""
    task = await finished(rig, LINK, prompt=f"Take {len(rig.tasks.rows)}", expires_in_s=expires_in_s)
    rig.tasks.give(task, intent)
    return task


def test_a_task_with_a_folder_is_saved_there_after_a_restart_and_nowhere_else(tmp_path: Path) -> None:
    async def story() -> None:
        first = Rig(tmp_path)
        async with first:
            await first.engine.submission.submit(request(), intent=Intent(output_dir=tmp_path / "mine"))
            await first.advance(1)
        second = Rig(tmp_path, tasks=first.tasks, clock=first.clock)
        second.gateway.statuses["remote-1"] = [DONE]
        async with second:
            await second.advance(400)
            await second.until(lambda: is_saved(second))
        assert len(list((tmp_path / "mine").glob("*.mp4"))) == 1
        assert not list((tmp_path / "clips").glob("*"))

    run(story())


def test_a_project_gives_its_folder_and_the_next_attempt_keeps_document_project_and_folder(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, projects={3: Project(3, "Harbour", tmp_path / "harbour")})
        rig.gateway.statuses["remote-1"] = [DONE]
        async with rig:
            (task,) = await rig.engine.submission.submit(request(), intent=Intent(project=3))
            assert (task.project, task.output_dir) == (3, tmp_path / "harbour")
            rig.projects.clear()
            await rig.advance(400)
            await rig.until(lambda: is_saved(rig))
            (again,) = await rig.engine.submission.resubmit(task.id)
            assert (again.output_dir, again.parent) == (tmp_path / "harbour", Parent(task.id, ParentKind.AGAIN))

    run(story())


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "file").write_bytes(b"")
        rig = Rig(tmp_path)
        async with rig:
            with pytest.raises(InvalidSetting, match="file"):
                await rig.engine.submission.submit(request(), intent=Intent(output_dir=tmp_path / "file"))
            assert not rig.tasks.rows

    run(story())


def test_a_failing_own_folder_delays_its_own_task_only(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "mine").write_bytes(b"in the way")
        rig = Rig(tmp_path)
        mine = await succeeded(rig, Intent(output_dir=tmp_path / "mine"), expires_in_s=86400)
        others = await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig, others) and clip(rig, mine).trouble)
            assert rig.notices() == {f"folder {tmp_path / 'mine'}"}
            (tmp_path / "mine").unlink()
            await rig.advance(30)
            await rig.until(lambda: is_saved(rig, mine))
            saved = clip(rig, mine).path
            assert saved is not None
            assert saved.parent == tmp_path / "mine"
            assert rig.notices() == set()

    run(story())


def test_a_clip_is_saved_elsewhere_before_its_link_ends(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "mine").write_bytes(b"in the way")
        rig = Rig(tmp_path)
        task = await succeeded(rig, Intent(output_dir=tmp_path / "mine"), expires_in_s=3600)
        async with rig:
            await rig.until(lambda: clip(rig, task).trouble)
            await rig.advance(30)
            await rig.until(lambda: clip(rig, task).state is ClipState.SAVED)
            saved = clip(rig, task).path
            assert saved is not None
            assert saved.parent == tmp_path / "clips"
            said = [event.text for event in rig.seen if isinstance(event, NoticeRaised)]
            assert "could not be used" in said[-1]

    run(story())


@pytest.mark.parametrize("trace", ["path", "kept"])
def test_what_an_attempt_left_in_a_folder_that_is_silent_now_does_not_hold_it_up(tmp_path: Path, trace: str) -> None:
    async def story() -> None:
        mine = tmp_path / "mine"
        rig = Rig(tmp_path)
        task = await succeeded(rig, Intent(output_dir=mine), expires_in_s=3600)
        left = mine / f"a.{'mp4' if trace == 'path' else 'kept'}"
        await rig.tasks.record_clip(clip(rig, task).id, path=left, size_bytes=3)
        answer = threading.Event()
        with contextlib.suppress(FolderSilent):
            await on_disk(mine, answer.wait, within_s=0.01)
        async with rig:
            await rig.advance(60)
            await rig.until(lambda: clip(rig, task).state is ClipState.SAVED)
            saved = clip(rig, task).path
            assert saved is not None
            assert saved.parent == tmp_path / "clips"
            answer.set()

    run(story())


def test_the_long_version_of_a_test_is_one_new_task_that_names_its_origin(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [DONE]
        async with rig:
            (test,) = await rig.engine.submission.submit(request())
            await rig.advance(400)
            (long,) = await rig.engine.submission.submit_longest(test.id)
            assert long.request.options["duration"] == 15
            assert long.parent == Parent(test.id, ParentKind.LONGER)
            with pytest.raises(RequestRepeated):
                await rig.engine.submission.submit_longest(test.id)
            await rig.advance(70)
            assert not await rig.engine.submission.submit_longest(long.id)
            assert len(rig.tasks.rows) == 2

    run(story())
