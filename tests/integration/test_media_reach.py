"""Pictures, films and sounds of one task through the whole program: each lent in its role, and out of reach at the end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.simulator.serve import running
from tests.doubles.recordings import SECRETS, TOLD, write_recording
from tests.integration.stage import run, running_studio, until
from tests.integration.test_pictures_reach import draw, until_withdrawn


def reference(folder: Path, *, film_s: float = 2.4) -> GenerationRequest:
    """A picture, a film with a camera's metadata, and a sound, for the model that takes all of them."""
    film = write_recording(folder / "walk.mp4", seconds=film_s, told=TOLD)
    sound = write_recording(folder / "voice.wav", seconds=2.2, video=None, audio="pcm_s16le")
    media = {
        Role.REFERENCE: (Medium(*draw(folder, "cat.png"), MediaKind.IMAGE),),
        Role.VIDEO: (Medium(str(film), MediaKind.VIDEO),),
        Role.AUDIO: (Medium(str(sound), MediaKind.AUDIO),),
    }
    return GenerationRequest("seedance-2-0", "The walk goes on", mode="omni_reference", media=media)


def test_a_film_and_a_sound_are_lent_without_their_metadata_until_the_task_ends(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=30) as simulator:
            async with running_studio(tmp_path, simulator.url, speed=30) as studio:
                (task,) = await studio.submission.submit(reference(tmp_path))
                assert (task.request.mode, len(task.request.seen)) == ("omni_reference", 3)
                await until(studio, lambda tasks: tasks[0].state in (TaskState.PENDING, TaskState.PROCESSING))
                names = {row.name: row.url for row in await studio.publishing.standing()}
                assert set(names) == {"cat.png", "walk.mp4", "voice.wav"}
                async with httpx.AsyncClient(trust_env=False) as service:
                    lent = await service.get(names["walk.mp4"])
                    assert lent.headers["Content-Type"] == "video/mp4"
                    assert not [secret for secret in SECRETS if secret in lent.content]
                    (order,) = (task.order for task in simulator.state.tasks)
                    assert order.image_urls == (names["cat.png"],)
                    await until(studio, lambda tasks: tasks[0].state is TaskState.SUCCESS)
                    await until_withdrawn(studio)
                    assert {(await service.get(url)).status_code for url in names.values()} == {404}
                with closing(sqlite3.connect(tmp_path / "data" / "studio.db")) as rows:
                    assert rows.execute("SELECT mode, length(profile) FROM tasks").fetchall() == [("omni_reference", 64)]

    run(story())


def test_a_film_that_is_too_short_is_refused_before_anything_is_paid_and_a_part_of_a_long_one_fits(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                with pytest.raises(InvalidRequest) as refused:
                    await studio.submission.submit(reference(tmp_path, film_s=1.0))
                assert [problem.message for problem in refused.value.problems] == ["walk.mp4 must last 2 to 15 s."]
                assert not simulator.state.charges
                whole = reference(tmp_path, film_s=5.0)
                (film,) = whole.media[Role.VIDEO]
                part = {film.address: FilmEdit(Trim(1.0, 3.5))}
                problems = await studio.submission.check(whole)
                assert problems == ()
                slot = next(slot for slot in studio.profiles[whole.model].media if slot.role is Role.VIDEO)
                look = await studio.recordings.look(film.address, part[film.address], slot)
                assert look.sent is not None
                assert look.sent.seconds == pytest.approx(2.5)

    run(story())
