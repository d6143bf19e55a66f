"""What arrives in place of an MP4: films in other containers, files of other kinds, and what cannot be opened at all."""

from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import ConnectionFailed, PassingError, StudioError
from tests.doubles.outside import FILM, FILM_BYTES
from tests.unit.services.clips.test_retrieval import clip, finished, is_saved
from tests.unit.services.rig import Rig, run

WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(50)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PAGE = b"<!DOCTYPE html><p>Sorry, this is only a page.</p>"
REFUSED = StudioError("The film cannot be opened.")
HOUR_S = 3600.0


def files(tmp_path: Path) -> list[str]:
    return sorted(path.suffix for path in (tmp_path / "clips").iterdir())


async def refused_thrice(rig: Rig, content: bytes) -> None:
    """Every download of this clip brings the same bytes, and they are no film."""
    rig.transfer.content = content
    rig.media.film_troubles.extend([REFUSED] * 3)
    await finished(rig)


async def until_it_stops(rig: Rig) -> None:
    """Every failure that waits for this clip has been met, and the last one is told."""
    await rig.until(lambda: clip(rig).trouble)
    while rig.media.film_troubles:
        await rig.advance(21)
        await rig.until(lambda: clip(rig).trouble)


@pytest.mark.parametrize(
    ("content", "extension"),
    [(WEBM, ".webm"), (b"RIFF\0\0\0\0AVI LIST", ".avi"), (b"\0\0\0\x14ftypqt  ", ".mov"), (FILM_BYTES, ".mp4")],
)
def test_a_film_gets_the_extension_of_its_container(tmp_path: Path, content: bytes, extension: str) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.transfer.content = content
        await finished(rig)
        async with rig:
            await rig.until(lambda: is_saved(rig))
            saved = clip(rig)
            assert saved.path is not None
            assert (saved.path.suffix, saved.film, saved.trouble) == (extension, FILM, None)
            assert files(tmp_path) == sorted([extension, ".json"])
            await rig.advance(1)
            saved.path.unlink()
            rig.engine.file_presence.look_for([1])
            await rig.until(lambda: clip(rig).state is ClipState.MISSING)
            await rig.advance(1)
            saved.path.write_bytes(content)
            rig.engine.file_presence.look_for([1])
            await rig.until(lambda: clip(rig).state is ClipState.SAVED)

    run(story())


def test_a_picture_that_came_three_times_is_saved_as_what_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await refused_thrice(rig, PNG)
        async with rig:
            await until_it_stops(rig)
            await rig.until(lambda: is_saved(rig))
            saved = clip(rig)
            assert saved.path is not None
            assert saved.path.read_bytes() == PNG
            assert saved.path.suffix == ".png"
            assert (saved.film, saved.poster, saved.plays) == (None, None, False)
            assert saved.trouble == "The service sent a PNG picture, not a film."
            assert len(rig.transfer.fetched) == 3
            assert files(tmp_path) == [".json", ".png"]

    run(story())


@pytest.mark.parametrize(
    ("content", "words", "extension"),
    [
        (PAGE, "a web page, not a film", ".html"),
        (WEBM, "a WebM film that cannot be opened (The film cannot be opened)", ".webm"),
        (bytes(99), "a file of an unknown kind, not a film", ".bin"),
        (b'{"error": 7}', "a JSON message, not a film", ".txt"),
    ],
)
def test_what_came_alike_three_times_is_kept_and_not_asked_for_again_by_itself(
    tmp_path: Path, content: bytes, words: str, extension: str
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await refused_thrice(rig, content)
        async with rig:
            await until_it_stops(rig)
            await rig.until(lambda: clip(rig).kept)
            await rig.until(lambda: clip(rig).trouble)
            assert clip(rig).trouble == f"The service sent {words}. What came is kept."
            await rig.advance(6 * HOUR_S)
            assert len(rig.transfer.fetched) == 3
            assert files(tmp_path) == [".kept"]

            await rig.engine.retrieval.save_as_it_is(1)
            saved = clip(rig)
            assert saved.state is ClipState.SAVED
            assert saved.path is not None
            assert saved.path.suffix == extension
            assert saved.path.read_bytes() == content
            assert saved.trouble
            assert not saved.plays
            assert files(tmp_path) == sorted([".json", extension])
            assert len(rig.transfer.fetched) == 3

    run(story())


def test_save_now_fetches_what_was_kept_once_more_and_keeps_it_until_the_film_is_there(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await refused_thrice(rig, PAGE)
        async with rig:
            await until_it_stops(rig)
            await rig.until(lambda: clip(rig).kept and clip(rig).trouble)
            rig.transfer.troubles.append(ConnectionFailed())
            await rig.engine.retrieval.save_now(1)
            await rig.until(lambda: len(rig.transfer.fetched) == 4)
            await rig.until(lambda: clip(rig).trouble == ConnectionFailed.title)
            assert clip(rig).kept
            rig.transfer.content = WEBM
            await rig.advance(60)
            await rig.until(lambda: is_saved(rig))
            await rig.until(lambda: files(tmp_path) == [".json", ".webm"])
            assert clip(rig).trouble is None

    run(story())


def test_the_next_start_looks_at_what_was_kept_before_it_asks_anybody(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await refused_thrice(rig, WEBM)
        async with rig:
            await until_it_stops(rig)
            await rig.until(lambda: clip(rig).kept and clip(rig).trouble)

        again = Rig(tmp_path, tasks=rig.tasks)
        again.media.film_troubles.extend([PassingError("busy"), REFUSED])
        async with again:
            await again.until(lambda: len(again.media.film_troubles) == 1)
            await again.advance(9)
            await again.until(lambda: not again.media.film_troubles)
            await again.until(lambda: clip(again).trouble and "is kept" in clip(again).trouble)
            await again.advance(HOUR_S)
            assert files(tmp_path) == [".kept"]

        newer = Rig(tmp_path, tasks=rig.tasks)  # its decoder opens more
        async with newer:
            await newer.until(lambda: is_saved(newer))
            await newer.until(lambda: ".kept" not in files(tmp_path))
            assert files(tmp_path) == [".json", ".webm"]
            assert clip(newer).film == FILM
        assert again.transfer.fetched == newer.transfer.fetched == []

    run(story())


def test_three_different_failures_are_not_alike(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.media.film_troubles.extend([REFUSED, StudioError("The film is not complete."), REFUSED])
        rig.transfer.content = WEBM
        await finished(rig)
        async with rig:
            await until_it_stops(rig)
            await rig.advance(60)
            await rig.until(lambda: is_saved(rig))
            assert clip(rig).film == FILM
            assert len(rig.transfer.fetched) == 4

    run(story())
