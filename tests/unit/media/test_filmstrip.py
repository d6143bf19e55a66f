"""A filmstrip has twelve frames in the order of time, whatever film they come from; a damaged film has none."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.domain.errors import StudioError
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS, cell_at
from sora_studio.media import filmstrip as filmstrip_module
from sora_studio.media.film_decoder import FilmDecoder
from sora_studio.media.filmstrip import CELL
from sora_studio.media.local import LocalMedia
from tests.doubles.films import FRAME_RATE, filmstrip_cells, filmstrip_numbers, number_in, write_film
from tests.unit.media.test_film import lay_on_its_side, shade, write_shades

MAX_BYTES = 60_000


def brightness(cell: Image.Image) -> int:
    value = cell.convert("L").getpixel((cell.width // 2, cell.height * 3 // 4))
    assert isinstance(value, int)
    return value


ORDERS = {
    "keyframes only": {"g": "1"},
    "a keyframe a second": {"g": "30"},
    "one keyframe": {"g": "1000"},
    "frames ahead": {"g": "60", "bf": "3", "preset": "veryfast"},
    "frames ahead and many keyframes": {"g": "15", "bf": "3", "preset": "veryfast"},
    "in open groups": {"g": "20", "bf": "3", "preset": "veryfast", "x264-params": "open-gop=1"},
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_cells_are_the_middles_of_the_parts_in_order(tmp_path: Path, order: str) -> None:
    frames = 120
    numbers = filmstrip_numbers(write_film(tmp_path / "film.mp4", frames=frames, **ORDERS[order]))

    wanted = [frames * (2 * cell + 1) // (2 * FILMSTRIP_CELLS) for cell in range(FILMSTRIP_CELLS)]
    assert numbers == sorted(numbers)
    third = frames / FILMSTRIP_CELLS / 3
    assert all(abs(found - expected) <= third + 1 for found, expected in zip(numbers, wanted, strict=True)), numbers


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_film_of_few_frames_repeats_them(tmp_path: Path, frames: int) -> None:
    numbers = filmstrip_numbers(write_film(tmp_path / "film.mp4", frames=frames))

    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(frames))


def test_of_a_long_film_only_keyframes_are_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filmstrip_module, "_LONG_S", 1.0)

    numbers = filmstrip_numbers(write_film(tmp_path / "film.mp4", frames=4 * FRAME_RATE, g="10", sc_threshold="0"))

    assert numbers == sorted(numbers)
    assert all(number % 10 == 0 for number in numbers)
    assert len(set(numbers)) >= FILMSTRIP_CELLS // 2


@pytest.mark.parametrize(("size", "cell"), [((320, 180), CELL), ((180, 320), (61, 108)), ((64, 36), (64, 36))])
def test_a_cell_has_the_proportions_of_the_film(tmp_path: Path, size: tuple[int, int], cell: tuple[int, int]) -> None:
    cells = filmstrip_cells(write_film(tmp_path / "film.mp4", frames=4, size=size))

    assert {found.size for found in cells} == {cell}


def test_a_film_made_on_its_side_has_upright_cells(tmp_path: Path) -> None:
    film = lay_on_its_side(write_shades(tmp_path / "film.mp4", sound=False))
    cells = filmstrip_cells(film)

    assert {cell.size for cell in cells} == {(36, 64)}
    shades = [brightness(cell) for cell in cells]
    assert shades == sorted(shades)
    assert abs(shades[0] - shade(1)) <= 6


@pytest.mark.parametrize("content", [b"", b"<html>", b"\0\0\0\x10ftypisom\0\0\0\0"])
def test_what_is_no_film_has_no_strip(tmp_path: Path, content: bytes) -> None:
    film, target = tmp_path / "film.mp4", tmp_path / "filmstrips" / "7.jpg"
    film.write_bytes(content)

    with pytest.raises(StudioError):
        asyncio.run(LocalMedia().save_filmstrip(film, target))
    assert not target.exists()


def test_a_strip_is_saved_whole_and_alone(tmp_path: Path) -> None:
    target = tmp_path / "filmstrips" / "7.jpg"
    asyncio.run(LocalMedia().save_filmstrip(write_film(tmp_path / "film.mp4", frames=20), target))

    assert [path.name for path in target.parent.iterdir()] == ["7.jpg"]
    assert target.stat().st_size < MAX_BYTES
    with Image.open(target) as strip:
        assert strip.size == (CELL[0] * FILMSTRIP_CELLS, CELL[1])


@pytest.mark.parametrize("order", ["one keyframe", "frames ahead"])
def test_a_poster_can_show_any_frame(tmp_path: Path, order: str) -> None:
    film, decoder = write_film(tmp_path / "film.mp4", frames=90, **ORDERS[order]), FilmDecoder()
    for number in (0, 1, 44, 45, 46, 88, 89):
        content = decoder.draw_poster(film, max_edge=320, at_s=(number + 0.5) / FRAME_RATE)
        assert number_in(Image.open(io.BytesIO(content))) == number
    assert number_in(Image.open(io.BytesIO(decoder.draw_poster(film, max_edge=320, at_s=60)))) == 89
    decoder.close()


def test_the_pointer_chooses_the_cell() -> None:
    assert [cell_at(position) for position in (-1, 0, 1 / 24, 0.5, 0.999, 1, 7)] == [0, 0, 0, 6, 11, 11, 11]
