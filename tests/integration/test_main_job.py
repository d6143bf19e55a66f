"""From a prompt to a clip on disk, with every real part between them."""

from pathlib import Path

from PIL import Image

from sora_studio.domain.events import BalanceChanged, Event, NoticeRaised, TaskChanged, TransferProgressed
from sora_studio.domain.ports import KeyOrigin
from sora_studio.domain.task import Phase, TaskState
from sora_studio.simulator.serve import running
from tests.integration.stage import all_ready, files, frames_of, request, run, running_studio, until


def test_a_prompt_becomes_a_clip(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                seen = list[Event]()
                studio.events.subscribe(seen.append)
                (task,) = await studio.submission.submit(request())
                (done,) = await until(studio, all_ready)
                (clip,) = done.clips
                assert clip.path is not None
                assert clip.poster is not None
                assert clip.film is not None
                assert clip.film.has_audio
                assert abs(clip.film.duration_s - 10) < 0.2
                assert frames_of(clip.path) >= 240
                with Image.open(clip.poster) as poster:
                    assert poster.width > poster.height
                assert files(tmp_path) == [clip.path.with_suffix(".json").name, clip.path.name]
                assert len(simulator.state.charges) == 1
                assert {TaskChanged(task.id)} <= set(seen)
                assert {type(event) for event in seen} >= {TransferProgressed, BalanceChanged}
                assert not [event for event in seen if isinstance(event, NoticeRaised)]
                assert studio.credentials.status.origin is KeyOrigin.SESSION
                assert studio.balance.usd is not None

    run(story())


def test_a_local_picture_is_fetched_and_animated(tmp_path: Path) -> None:
    async def story() -> None:
        picture = tmp_path / "cat.png"
        Image.new("RGB", (320, 180), "orange").save(picture)
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request(images=(str(picture),)))
                (done,) = await until(studio, lambda tasks: tasks[0].phase in (Phase.READY, Phase.FAILED))
                assert (done.phase, done.fail_code) == (Phase.READY, None)

    run(story())


def test_the_services_refusal_is_kept_in_its_words(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400, scenario="reject") as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request())
                (done,) = await until(studio, lambda tasks: tasks[0].state.is_over)
                assert (done.state, done.fail_code) == (TaskState.FAILED, "CONTENT_VIOLATION")
                assert done.fail_message

    run(story())


def test_a_refused_key_keeps_the_task_until_a_good_one_is_set(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400, keys=["good"]) as simulator:
            async with running_studio(tmp_path, simulator.url, key="bad") as studio:
                await studio.submission.submit(request())
                assert await studio.credentials.test("good") > 0
                await studio.credentials.set("good")
                await until(studio, all_ready)
                assert len(simulator.state.charges) == 1
                assert studio.notices.current == ()

    run(story())


def test_films_that_arrive_in_pieces_arrive_whole(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400, scenario="cut-download", seed=3) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                for number in range(2):
                    await studio.submission.submit(request(f"film {number}"))
                done = await until(studio, all_ready)
                for task in done:
                    path = task.clips[0].path
                    assert path is not None
                    assert frames_of(path) >= 240
                assert len(files(tmp_path)) == 4

    run(story())


def test_rate_limits_delay_and_lose_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400, scenario="rate-limited", seed=4) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                for number in range(3):
                    await studio.submission.submit(request(f"film {number}"))
                await until(studio, all_ready, within_s=100)
                assert len(simulator.state.charges) == 3
                assert 429 in {seen.status for seen in simulator.state.requests}

    run(story())
