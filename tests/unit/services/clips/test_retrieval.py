"""Every clip is fetched once, named safely, and not given up while there is any hope."""

import asyncio
import errno
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.clip import Clip, ClipCounts, ClipState
from sora_studio.domain.errors import ConnectionFailed, LinkExpired, PassingError, ServiceUnavailable, StorageFull, StudioError
from sora_studio.domain.events import NoticeLevel, NoticeRaised, TransferProgressed
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import TaskState
from tests.canary import QUERY
from tests.doubles.gateway import DONE
from tests.doubles.outside import FILM, FILM_BYTES
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2

LINK = f"https://films.example/1.mp4?{QUERY}"
FRESH = "https://films.example/fresh.mp4"


async def finished(rig: Rig, *links: str, prompt: str = "A harbour at dawn", expires_in_s: float = 86400) -> int:
    """A task that has just succeeded."""
    now = rig.clock.now()
    (task,) = await rig.tasks.add([request(prompt).completed(sora_2())], gateway=GATEWAY, at=now)
    await rig.tasks.transition(task.id, TaskState.SENDING, sent_at=now)
    await rig.tasks.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=now)
    expires_at = now + timedelta(seconds=expires_in_s)
    await rig.tasks.succeed(task.id, links or (LINK,), completed_at=now, expires_at=expires_at)
    return task.id


def clip(rig: Rig, task: int = 1) -> Clip:
    return rig.row(task).clips[0]


def is_saved(rig: Rig, task: int = 1) -> bool:
    return all(clip.state is ClipState.SAVED for clip in rig.row(task).clips)


def test_a_success_becomes_a_film_with_poster_and_metadata(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [DONE]
        async with rig:
            await rig.submit("A harbour at dawn")
            await rig.advance(181)
            await rig.until(lambda: is_saved(rig))
            saved = clip(rig)
            assert saved.path is not None
            assert saved.path.read_bytes() == FILM_BYTES
            assert saved.path.name.endswith(" a-harbour-at-dawn 1.mp4")
            assert (saved.size_bytes, saved.film, saved.trouble) == (len(FILM_BYTES), FILM, None)
            assert saved.poster == tmp_path / "posters" / "1.jpg"
            assert sorted(path.suffix for path in (tmp_path / "clips").iterdir()) == [".json", ".mp4"]

    run(story())


def test_the_metadata_can_make_the_clip_again_and_holds_no_link(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            path = clip(rig).path
            assert path is not None
            text = path.with_suffix(".json").read_text(encoding="utf-8")
            kept = json.loads(text)
            assert kept["prompt"] == "A harbour at dawn"
            assert kept["options"] == {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True}
            assert (kept["model"], kept["route"], kept["task_id"]) == ("sora-2", "auto", "remote-1")
            assert datetime.fromisoformat(kept["created_at"]) == rig.row().created_at
            assert "signature" not in text
            assert "films.example" not in text

    run(story())


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig)
        folder = tmp_path / "clips"
        folder.mkdir()
        name = f"{rig.row().created_at.astimezone():%Y-%m-%d} a-harbour-at-dawn 1"
        (folder / f"{name}.mp4").write_bytes(b"mine")
        (folder / f"{name} (2).json").write_bytes(b"mine too")
        async with rig:
            await rig.until(lambda: is_saved(rig))
            path = clip(rig).path
            assert path is not None
            assert path.name == f"{name} (3).mp4"
            assert (folder / f"{name}.mp4").read_bytes() == b"mine"
            assert (folder / f"{name} (2).json").read_bytes() == b"mine too"

    run(story())


def test_a_file_system_without_hard_links_does_not_overwrite_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig, LINK, FRESH)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            assert sorted(path.suffix for path in (tmp_path / "clips").iterdir()) == [".json", ".json", ".mp4", ".mp4"]

    monkeypatch.setattr("os.link", no_links)
    run(story())


def test_a_start_after_a_crash_between_name_and_record_makes_no_second_copy(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig)
        target = tmp_path / "clips" / f"{rig.row().created_at.astimezone():%Y-%m-%d} a-harbour-at-dawn 1.mp4"
        part = target.with_suffix(".part")
        target.parent.mkdir()
        target.write_bytes(FILM_BYTES)
        part.hardlink_to(target)
        await rig.tasks.transition_clip(1, ClipState.DOWNLOADING)
        await rig.tasks.record_clip(1, path=target, size_bytes=len(FILM_BYTES))
        async with rig:
            await rig.until(lambda: is_saved(rig))
            assert not rig.transfer.fetched
            assert clip(rig).path == target
            assert target.read_bytes() == FILM_BYTES
            assert not part.exists()

    run(story())


def test_at_most_three_at_once_and_the_first_to_expire_in_front(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.gate = asyncio.Event()
        for number in range(8):
            await finished(rig, f"https://films.example/{number}", expires_in_s=8000 - number)
        async with rig:
            await rig.until(lambda: rig.transfer.running == 3)
            assert sorted(rig.transfer.fetched) == [f"https://films.example/{number}" for number in (5, 6, 7)]
            rig.transfer.gate.set()
            await rig.until(lambda: all(is_saved(rig, task) for task in range(1, 9)))
            assert rig.transfer.most_running == 3

    run(story())


def test_progress_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            last = rig.told(TransferProgressed)[-1]
            assert last == TransferProgressed(1, 1, len(FILM_BYTES), len(FILM_BYTES), 1000.0)

    run(story())


@pytest.mark.parametrize("error", [ConnectionFailed(), ServiceUnavailable(), RuntimeError("a bug")])
def test_a_failed_transfer_is_tried_again(tmp_path: Path, error: Exception, expect_log: Callable[[str], None]) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.troubles.append(error)
        await finished(rig)
        async with rig:
            await rig.until(lambda: clip(rig).trouble)
            assert clip(rig).state is ClipState.REMOTE
            await rig.advance(3)
            await rig.until(lambda: is_saved(rig))
            assert clip(rig).trouble is None

    if isinstance(error, RuntimeError):
        expect_log("Clip 1 could not be saved")
    run(story())


def test_an_expired_link_is_renewed_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.troubles.append(LinkExpired())
        rig.gateway.statuses["remote-1"] = [RemoteStatus(TaskState.SUCCESS, result_urls=(FRESH,))]
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            assert rig.transfer.fetched == [LINK, FRESH]

    run(story())


def test_a_dead_link_is_given_up_only_when_its_time_is_over(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.troubles.extend([LinkExpired()] * 1000)
        rig.gateway.statuses["remote-1"] = [RemoteStatus(TaskState.SUCCESS, result_urls=(LINK,))]
        await finished(rig, expires_in_s=7200)
        async with rig:
            for _ in range(71):
                await rig.advance(100)
                await rig.until(lambda: clip(rig).state is ClipState.REMOTE)
            assert clip(rig).trouble
            assert len(rig.gateway.asked) < 71
            for _ in range(40):
                await rig.advance(100)
                await rig.until(lambda: clip(rig).state is not ClipState.DOWNLOADING)
            assert clip(rig).state is ClipState.EXPIRED

    run(story())


def test_save_now_gives_an_expired_clip_another_chance(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [RemoteStatus(TaskState.SUCCESS, result_urls=(FRESH,))]
        await finished(rig)
        await rig.tasks.transition_clip(1, ClipState.EXPIRED)
        rig.transfer.troubles.append(LinkExpired())
        async with rig:
            await rig.engine.retrieval.save_now(1)
            await rig.advance(0.1)
            await rig.until(lambda: is_saved(rig))

    run(story())


@pytest.mark.parametrize("error", [StorageFull(), PermissionError(errno.EACCES, "Permission denied")])
def test_a_folder_without_room_holds_everything_with_one_notice_and_goes_on_by_itself(tmp_path: Path, error: Exception) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.troubles.append(error)
        for _ in range(5):
            await finished(rig)
        rig.transfer.troubles.extend([error] * 2)
        async with rig:
            await rig.until(lambda: len(rig.transfer.fetched) == 3 and rig.transfer.running == 0)
            await rig.advance(5)
            assert len(rig.transfer.fetched) == 3
            assert rig.notices() == {"output"}
            await rig.advance(20)
            await rig.until(lambda: all(is_saved(rig, task) for task in range(1, 6)))
            assert rig.notices() == set()

    run(story())


def test_what_is_no_film_is_fetched_anew(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.media.film_troubles.append(StudioError("no container"))
        await finished(rig)
        async with rig:
            await rig.until(lambda: clip(rig).trouble)
            assert clip(rig).state is ClipState.REMOTE
            assert "not a film" in (clip(rig).trouble or "")
            await rig.advance(30)
            await rig.until(lambda: is_saved(rig))

    run(story())


def test_a_film_that_nobody_could_look_into_is_kept_for_the_next_look(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.media.film_troubles.append(PassingError("no process"))
        await finished(rig)
        async with rig:
            await rig.until(lambda: clip(rig).trouble)
            assert clip(rig).state is ClipState.REMOTE
            (part,) = (tmp_path / "clips").iterdir()
            assert part.read_bytes() == FILM_BYTES
            await rig.advance(30)
            await rig.until(lambda: is_saved(rig))

    run(story())


def test_an_unfinished_check_is_repeated_within_seconds_and_asks_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.media.film_troubles.extend(PassingError("no answer in time") for _ in range(8))
        await finished(rig)
        async with rig:
            while rig.media.film_troubles:
                left = len(rig.media.film_troubles)
                await rig.until(lambda: clip(rig).trouble)
                assert "could not be checked yet" in (clip(rig).trouble or "")
                await rig.advance(8.1)
                await rig.until(lambda left=left: len(rig.media.film_troubles) < left)
            await rig.advance(8.1)
            await rig.until(lambda: is_saved(rig))
            assert rig.gateway.asked == []

    run(story())


def test_a_failed_poster_does_not_fail_the_clip(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.media.poster_trouble = OSError(errno.EACCES, "no")
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            assert clip(rig).poster is None

    run(story())


def test_pause_keeps_what_arrived_until_save_now(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.transfer.gate = asyncio.Event()
        await finished(rig)
        async with rig:
            await rig.until(lambda: rig.transfer.running == 1)
            await rig.engine.retrieval.pause(1)
            await rig.advance(60)
            assert clip(rig).state is ClipState.REMOTE
            assert clip(rig).trouble == "Paused."
            assert len(rig.transfer.fetched) == 1
            gate.set()
            await rig.engine.retrieval.save_now(1)
            await rig.until(lambda: is_saved(rig))

    run(story())


def test_a_file_that_is_gone_is_missing_and_found_again(tmp_path: Path) -> None:
    async def story() -> None:
        first = Rig(tmp_path)
        await finished(first)
        async with first:
            await first.until(lambda: is_saved(first))
        path = clip(first).path
        assert path is not None
        elsewhere = path.rename(tmp_path / "elsewhere.mp4")
        second = Rig(tmp_path, tasks=first.tasks, clock=first.clock)
        async with second:
            assert not second.engine.file_presence.is_known
            await second.until(lambda: clip(second).state is ClipState.MISSING)
            await second.advance(1)
            assert second.engine.file_presence.is_known
            assert (await second.tasks.survey()).clips == ClipCounts(on_disk=0, absent=1)
            assert await second.engine.retrieval.locate(1, elsewhere)
            assert (clip(second).state, clip(second).path) == (ClipState.SAVED, elsewhere)
            await second.advance(1)
            assert (await second.tasks.survey()).clips == ClipCounts(on_disk=1)

    run(story())


def test_a_file_that_goes_while_the_program_runs_is_noticed_when_it_is_shown(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            path = clip(rig).path
            assert path is not None
            await rig.advance(1)
            path.unlink()
            rig.engine.file_presence.look_for([1])
            await rig.until(lambda: clip(rig).state is ClipState.MISSING)
            await rig.engine.retrieval.save_now(1)
            await rig.advance(1)
            await rig.until(lambda: is_saved(rig))
            fetched_again = clip(rig).path
            assert fetched_again is not None
            assert fetched_again.read_bytes() == FILM_BYTES

    run(story())


def test_files_that_went_are_noticed_when_somebody_comes_back_to_the_window(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        for _ in range(3):
            await finished(rig)
        async with rig:
            await rig.until(lambda: all(is_saved(rig, task) for task in (1, 2, 3)))
            kept = [rig.row(task).clips[0].path for task in (1, 2)]
            for path in kept:
                assert path is not None
                path.unlink()
            await rig.advance(61)
            rig.engine.file_presence.look_again()
            await rig.until(lambda: clip(rig, 1).state is clip(rig, 2).state is ClipState.MISSING)
            assert is_saved(rig, 3)

    run(story())


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (3.1, None, ""),
        (2.9, NoticeLevel.WARNING, "2 clips are not saved, and their links expire within three days."),
        (0.9, NoticeLevel.ERROR, "2 clips are not saved, and their links expire within a day."),
    ],
)
def test_a_link_that_is_about_to_expire_is_told_once_for_all(
    tmp_path: Path, days: float, level: NoticeLevel | None, words: str
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        for _ in range(2):
            await finished(rig, expires_in_s=days * 86_400)
        rig.transfer.gate = asyncio.Event()
        async with rig:
            for task in (1, 2):
                await rig.engine.retrieval.pause(task)
            await rig.until(lambda: all(clip(rig, task).trouble == "Paused." for task in (1, 2)))
            await rig.advance(120)
            told = [event for event in rig.told(NoticeRaised) if isinstance(event, NoticeRaised) and event.cause == "expiry"]
            assert [(event.level, event.text.partition(" The program")[0]) for event in told] == (
                [(level, words)] if level else []
            )
            rig.transfer.gate = None
            await rig.engine.retrieval.save_now(1)
            await rig.engine.retrieval.save_now(2)
            await rig.until(lambda: is_saved(rig, 1) and is_saved(rig, 2))
            await rig.advance(31)
            assert "expiry" not in rig.notices()

    run(story())


def test_the_service_is_asked_for_a_fresh_link_when_the_old_one_does_not_connect(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.troubles.extend([ConnectionFailed(), ConnectionFailed()])
        rig.gateway.statuses["remote-1"] = [RemoteStatus(TaskState.SUCCESS, result_urls=(FRESH,))]
        await finished(rig)
        async with rig:
            for _ in range(5):
                await rig.advance(3)
                await rig.until(lambda: clip(rig).state is not ClipState.DOWNLOADING)
            await rig.until(lambda: is_saved(rig))
            assert rig.transfer.fetched[-1] == FRESH

    run(story())
