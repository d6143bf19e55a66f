"""The copy of a film that a task sends: it is made right before, says how far it is, and ends with the task."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.events import CopyProgressed
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.media import copy_child
from sora_studio.media.copy_queue import CopyQueue
from sora_studio.media.local import LocalMedia
from tests.doubles.compose_studio import shipped_profile
from tests.doubles.outside import ScriptedMedia
from tests.doubles.recordings import write_recording
from tests.unit.services.rig import Rig, run

EXTEND = "seedance-1-5-pro-extend"
_ENDLESS = """
import os
def wait(file, output, plan, progress):
    output.opened().write(b"half a film")
    open({note!r}, "w").write(str(os.getpid()))
    while True:
        progress.report(0.4)
copy_child.make_copy = wait
"""


class CopyingMedia(ScriptedMedia):
    """Makes real copies of films."""

    def __init__(self, copies: CopyQueue | None = None) -> None:
        super().__init__()
        LocalMedia.__init__(self, copies=copies)


def rig_with(tmp_path: Path, media: CopyingMedia, formats: tuple[str, ...] = ("mp4",)) -> Rig:
    rig, profile = Rig(tmp_path, media=media), shipped_profile(EXTEND)
    slots = tuple(replace(slot, formats=formats) if slot.kind is MediaKind.VIDEO else slot for slot in profile.media)
    rig.core.profiles[EXTEND] = replace(profile, media=slots)  # type: ignore[index]  # a dict, for reading only
    return rig


def wish(film: Path) -> GenerationRequest:
    media = {Role.VIDEO: (Medium(str(film), MediaKind.VIDEO),)}
    return GenerationRequest(EXTEND, "And on it goes", {"sound": True}, mode="video-extend", media=media)


def never_ending(note: Path) -> CopyQueue:
    source = str(Path(copy_child.__file__).parents[2])
    begin = f"import sys; sys.path.insert(0, {source!r})\nfrom sora_studio.media import copy_child\n"
    script = f"{begin}{_ENDLESS.format(note=str(note))}\ncopy_child.main(sys.argv[1:])"
    return CopyQueue([sys.executable, "-I", "-c", script])


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_cancelled_task_kills_its_copy_and_nothing_is_left(tmp_path: Path) -> None:
    film, note = write_recording(tmp_path / "walk.mp4", seconds=0.2), tmp_path / "process"

    async def story() -> None:
        rig = rig_with(tmp_path, CopyingMedia(never_ending(note)))
        async with rig:
            [task] = await rig.engine.submission.submit(wish(film))
            await rig.clock.advance(0.1)
            await rig.until(lambda: rig.told(CopyProgressed))
            assert rig.told(CopyProgressed)[0] == CopyProgressed(task.id, "walk.mp4", 0.4 * 0.9)
            assert (rig.state(), list((tmp_path / "prepared").iterdir()) != []) == (TaskState.WAITING, True)
            process = int(note.read_text())
            assert await rig.engine.submission.cancel(task.id)
            await rig.clock.advance(2)
            await rig.until(lambda: rig.told(CopyProgressed)[-1] == CopyProgressed(task.id, "walk.mp4", 1.0))
            assert not is_running(process)
            assert list((tmp_path / "prepared").iterdir()) == []
            assert (rig.state(), rig.gateway.created, rig.host.published) == (TaskState.CANCELLED, [], [])

    run(story())


@pytest.mark.parametrize(("name", "video", "audio"), [("mp4", "libx264", "aac"), ("webm", "libvpx", "libopus")])
def test_a_finished_copy_is_sent_with_its_task(tmp_path: Path, name: str, video: str, audio: str) -> None:
    film = write_recording(tmp_path / f"walk.{name}", seconds=0.2, video=video, audio=audio)

    async def story() -> None:
        rig = rig_with(tmp_path, CopyingMedia(), formats=(name,))
        async with rig:
            [task] = await rig.engine.submission.submit(wish(film))
            await rig.clock.advance(0.1)
            await rig.until(lambda: rig.state() is TaskState.PENDING)
            assert rig.told(CopyProgressed)[-1] == CopyProgressed(task.id, f"walk.{name}", 1.0)
            assert len(rig.gateway.created) == 1
            assert [Path(handle).suffix for handle in rig.host.published] == [f".{name}"]

    run(story())
