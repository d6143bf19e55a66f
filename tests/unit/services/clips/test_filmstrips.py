"""Strips are made behind everything else: saving never waits for one, the newest wish comes first, and no failure is shown."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.errors import FolderSilent, PassingError, StorageFull, StudioError
from sora_studio.domain.task import TaskState
from sora_studio.services.clips.filmstrips import MOST_WAITING
from tests.doubles.clock import BEGIN, settle
from tests.doubles.gateway import DONE
from tests.doubles.tasks import MemoryTasks
from tests.unit.services.rig import GATEWAY, Rig, request, run

FILM = FilmFacts(1280, 720, 10.0, has_audio=True)
DAMAGED = StudioError("The film cannot be opened.")
KILLED = PassingError("The film could not be checked just now.")


async def saved_clips(tasks: MemoryTasks, folder: Path, count: int) -> list[Clip]:
    """Clips on disk, saved by an earlier version: without strips."""
    (folder / "posters").mkdir(exist_ok=True)
    for number in range(count):
        (task,) = await tasks.add([request(str(number))], gateway=GATEWAY, at=BEGIN)
        for state in (TaskState.SENDING, TaskState.PENDING):
            await tasks.transition(task.id, state, task_id=f"remote-{number}")
        await tasks.succeed(task.id, ["https://cdn.example/film"], completed_at=BEGIN, expires_at=BEGIN)
        film = folder / f"{number}.mp4"
        film.write_bytes(b"film")
        (clip,) = tasks.rows[task.id].clips
        await tasks.transition_clip(clip.id, ClipState.DOWNLOADING)
        await tasks.transition_clip(clip.id, ClipState.SAVED, path=film, film=FILM)
    return [row.clips[0] for row in tasks.rows.values()]


def clip_of(rig: Rig, clip: Clip) -> Clip:
    found = rig.tasks.clip(clip.id)
    assert found is not None
    return found


def test_a_strip_is_made_once_and_remembered(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        (clip,) = await saved_clips(rig.tasks, tmp_path, 1)
        async with rig:
            strip = await rig.engine.filmstrips.strip_of(clip)
            assert strip == tmp_path / "filmstrips" / f"{clip.id}.jpg"
            assert strip.read_bytes() == b"strip"
            assert clip_of(rig, clip).filmstrip == strip
            assert await rig.engine.filmstrips.strip_of(clip_of(rig, clip)) == strip
            assert len(rig.media.strips) == 1

            strip.unlink()
            assert await rig.engine.filmstrips.strip_of(clip_of(rig, clip)) == strip
            assert strip.exists()

    run(main())


def test_a_clip_is_saved_before_its_strip_is_made(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [DONE]
        async with rig:
            rig.media.strip_gate = asyncio.Event()
            await rig.submit("A harbour")
            await rig.advance(181)
            await rig.until(lambda: rig.media.strips)
            (clip,) = rig.row().clips
            assert (clip.state, clip.filmstrip) == (ClipState.SAVED, None)

            rig.media.strip_gate.set()
            await rig.until(lambda: rig.row().clips[0].filmstrip is not None)
            assert rig.notices() == set()

    run(main())


def test_the_newest_request_is_next_and_saved_clips_come_last(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        clips = await saved_clips(rig.tasks, tmp_path, 5)
        async with rig:
            gate = rig.media.strip_gate = asyncio.Event()
            strips = rig.engine.filmstrips
            working = asyncio.create_task(strips.strip_of(clips[0]))
            await settle()
            strips.clip_saved(clips[1])
            asked = [asyncio.create_task(strips.strip_of(clip)) for clip in (clips[2], clips[3], clips[4], clips[2])]
            await settle()
            gate.set()
            assert all(await asyncio.gather(working, *asked))
            await rig.until(lambda: clip_of(rig, clips[1]).filmstrip)
            assert rig.media.strips == [str(clips[place].id) for place in (0, 2, 4, 3, 1)]

    run(main())


def test_only_so_many_wait(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        clips = await saved_clips(rig.tasks, tmp_path, MOST_WAITING + 3)
        async with rig:
            gate = rig.media.strip_gate = asyncio.Event()
            asked = [asyncio.create_task(rig.engine.filmstrips.strip_of(clips[0]))]
            await settle()
            asked += [asyncio.create_task(rig.engine.filmstrips.strip_of(clip)) for clip in clips[1:]]
            await settle()
            gate.set()
            found = await asyncio.gather(*asked)
            assert [strip is None for strip in found] == [False, True, True] + [False] * MOST_WAITING
            assert await rig.engine.filmstrips.strip_of(clips[1]) is not None

    run(main())


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [(DAMAGED, 1), (KILLED, 2), (FolderSilent(Path("anywhere")), 3), (StorageFull(), 3)],
)
def test_a_film_without_a_strip_is_tried_again_only_where_that_can_help(
    tmp_path: Path, trouble: StudioError, attempts: int
) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        (clip,) = await saved_clips(rig.tasks, tmp_path, 1)
        async with rig:
            rig.media.strip_troubles.extend([trouble] * 3)
            assert [await rig.engine.filmstrips.strip_of(clip) for _ in range(3)] == [None] * 3
            assert len(rig.media.strips) == attempts
            assert rig.notices() == set()

    run(main())


def test_what_is_no_film_on_this_computer_is_not_tried(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        (clip,) = await saved_clips(rig.tasks, tmp_path, 1)
        async with rig:
            await rig.tasks.transition_clip(clip.id, ClipState.MISSING)
            assert await rig.engine.filmstrips.strip_of(clip_of(rig, clip)) is None
            with pytest.raises(StudioError, match="no film on this computer"):
                await rig.engine.filmstrips.choose_poster(clip_of(rig, clip), 1.0)
            assert rig.media.strips == []

    run(main())


def test_a_poster_of_a_chosen_frame_has_a_new_name(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        (clip,) = await saved_clips(rig.tasks, tmp_path, 1)
        async with rig:
            poster = await rig.engine.filmstrips.choose_poster(clip, 2.5)
            assert poster.read_bytes() == b"poster at 2.5"
            assert (clip_of(rig, clip).poster, clip_of(rig, clip).poster_at_s) == (poster, 2.5)

            middle = await rig.engine.filmstrips.choose_poster(clip_of(rig, clip), None)
            assert middle != poster
            assert (clip_of(rig, clip).poster, clip_of(rig, clip).poster_at_s) == (middle, None)

            rig.media.poster_trouble = DAMAGED
            with pytest.raises(StudioError):
                await rig.engine.filmstrips.choose_poster(clip, 3.0)
            assert clip_of(rig, clip).poster == middle

    run(main())


def test_the_end_of_the_program_leaves_no_one_waiting(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        clips = await saved_clips(rig.tasks, tmp_path, 3)
        async with rig:
            rig.media.strip_gate = asyncio.Event()
            asked = [asyncio.create_task(rig.engine.filmstrips.strip_of(clip)) for clip in clips]
            await settle()
        assert await asyncio.gather(*asked) == [None] * 3

    run(main())
