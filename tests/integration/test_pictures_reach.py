"""Local pictures through the whole program: published once each through the relay, fetched, and out of reach at the end."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

from sora_studio.domain.events import Event, PublicationsChanged
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.task import TaskState
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from tests import canary
from tests.integration.s3_store import BUCKET, KEY_ID, S3Store
from tests.integration.stage import ALL, request, run, running_studio, until


def draw(folder: Path, *names: str) -> tuple[str, ...]:
    for number, name in enumerate(names):
        Image.new("RGB", (320, 180), (40 * number, 90, 140)).save(folder / name)
    return tuple(str(folder / name) for name in names)


async def until_withdrawn(studio: Studio) -> None:
    changed = asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, PublicationsChanged):
            changed.set()

    unsubscribe = studio.events.subscribe(listen)
    async with asyncio.timeout(30):
        while await studio.publishing.standing():
            await changed.wait()
            changed.clear()
    unsubscribe()


def test_two_pictures_of_two_takes_are_four_tasks_and_two_publications_that_end_with_them(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                pictures = draw(tmp_path, "cat.png", "dog.png")
                assert len(await studio.submission.submit(request(images=pictures), takes=2)) == 4
                await until(studio, lambda tasks: all(task.state is TaskState.SUCCESS for task in tasks))
                await until_withdrawn(studio)
                with closing(sqlite3.connect(tmp_path / "data" / "studio.db")) as rows:
                    urls = [row[0] for row in rows.execute("SELECT url FROM publications")]
                assert len(urls) == 2
                async with httpx.AsyncClient(trust_env=False) as stranger:
                    assert {(await stranger.get(url)).status_code for url in urls} == {404}

    run(story())


def test_a_picture_that_a_killed_run_left_is_out_of_reach_after_the_next_start(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=1) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request(images=draw(tmp_path, "cat.png")))
                await until(studio, lambda tasks: tasks[0].state in (TaskState.PENDING, TaskState.PROCESSING))
                (row,) = await studio.publishing.standing()
                assert (row.route, row.name) == (PictureRoute.RELAY, "cat.png")
                (task,) = await studio.tasks.find(ALL, limit=1)
                # What the service ended while no studio looked on.
                with closing(sqlite3.connect(tmp_path / "data" / "studio.db")) as rows, rows:
                    assert rows.execute("UPDATE tasks SET state = 'failed' WHERE id = ?", (task.id,)).rowcount
            async with running_studio(tmp_path, simulator.url) as studio:
                await until_withdrawn(studio)

    run(story())


def test_a_bucket_lends_a_picture_for_as_long_as_its_task_runs(
    server: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORA_STUDIO_BUCKET_KEY_ID", KEY_ID)
    monkeypatch.setenv("SORA_STUDIO_BUCKET_SECRET", canary.BUCKET_SECRET)

    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                bucket = {"picture_route": PictureRoute.BUCKET, "bucket_endpoint": server.url, "bucket_name": BUCKET}
                await studio.settings.change(replace(studio.settings.current, **bucket))
                await studio.submission.submit(request(images=draw(tmp_path, "cat.png")), takes=2)
                await until(studio, lambda tasks: all(task.state is TaskState.SUCCESS for task in tasks))
                ((url,),) = {task.order.image_urls for task in simulator.state.tasks}
                assert url.startswith(f"{server.url}/{BUCKET}/")
                await until_withdrawn(studio)
                async with httpx.AsyncClient(trust_env=False) as stranger:
                    assert (await stranger.get(url)).status_code == 404

    run(story())
