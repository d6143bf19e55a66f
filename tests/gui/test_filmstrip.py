"""Under the pointer a tile shows the frame of that time, without bars where the film has its shape, and how far it is."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.filmstrip import FilmstripCache, paint_cell, position_in
from sora_studio.ui.kit.picture_cache import PictureCache
from sora_studio.ui.kit.task_scope import TaskScope

TILE = QRect(20, 10, 160, 90)


def strip(width: int = 32, height: int = 18) -> QImage:
    """Every cell in a shade of its own."""
    image = QImage(width * FILMSTRIP_CELLS, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for cell in range(FILMSTRIP_CELLS):
        painter.fillRect(cell * width, 0, width, height, shade(cell))
    painter.end()
    return image


def shade(cell: int) -> QColor:
    return QColor(40 + cell * 16, 100, 200)


def painted(cells: QImage, position: float) -> QImage:
    screen = QImage(200, 110, QImage.Format.Format_RGB32)
    screen.fill(QColor("#ff0000"))
    painter = QPainter(screen)
    paint_cell(painter, TILE, QPixmap.fromImage(cells), position)
    painter.end()
    return screen


@pytest.mark.parametrize("cell", range(FILMSTRIP_CELLS))
def test_the_pointer_shows_the_frame_of_its_time(qtbot: QtBot, cell: int) -> None:
    x = TILE.left() + round((cell + 0.5) * TILE.width() / FILMSTRIP_CELLS)
    screen = painted(strip(), position_in(TILE, x))

    for point in (TILE.topLeft(), TILE.center(), TILE.topRight()):
        assert screen.pixelColor(point) == shade(cell)
    assert screen.pixelColor(TILE.left() - 1, TILE.center().y()) == QColor("#ff0000")


def test_a_portrait_film_stands_between_bars(qtbot: QtBot) -> None:
    screen = painted(strip(18, 32), 0.5)

    assert screen.pixelColor(TILE.center()) == shade(6)
    for x in (TILE.left(), TILE.right()):
        assert screen.pixelColor(x, TILE.top() + 20) == QColor(theme.tokens().stage)


def test_the_line_is_as_long_as_the_time(qtbot: QtBot) -> None:
    for position in (0.0, 0.25, 1.0):
        screen, row = painted(strip(), position), TILE.bottom()
        white = [x for x in range(TILE.left(), TILE.right() + 1) if screen.pixelColor(x, row) == QColor(theme.DARK.text)]
        assert len(white) == round(TILE.width() * position)


def test_outside_the_tile_the_nearest_end_counts() -> None:
    assert [position_in(TILE, x) for x in (0, TILE.left(), TILE.right(), 999)] == [0.0, 0.0, 1.0, 1.0]


@pytest.fixture
def cache(loop: StudioEventLoop) -> FilmstripCache:
    return FilmstripCache(TaskScope(_fail))


def _fail(error: BaseException, _name: str) -> None:
    raise error


def test_a_strip_is_read_in_the_background_once(qtbot: QtBot, cache: FilmstripCache, tmp_path: Path) -> None:
    path = tmp_path / "7.jpg"
    assert strip().save(str(path), "JPEG", 95)

    with qtbot.waitSignal(cache.arrived):
        assert cache.strip(path) is None
    found = cache.strip(path)
    assert found is not None
    assert found.size() == strip().size()
    path.unlink()
    assert cache.strip(path) is found


def test_a_strip_that_must_be_made_first_is_waited_for(qtbot: QtBot, cache: FilmstripCache, tmp_path: Path) -> None:
    path = tmp_path / "7.jpg"

    async def make() -> Path:
        await asyncio.sleep(0)
        assert strip().save(str(path), "JPEG", 95)
        return path

    async def make_none() -> None:
        return None

    with qtbot.waitSignal(cache.arrived):
        assert cache.strip_of(7, make) is None
    with qtbot.waitSignal(cache.arrived):
        assert cache.strip_of(8, make_none) is None
    found, none = cache.strip_of(7, make), cache.strip_of(8, make_none)
    assert found is not None
    assert none is not None
    assert (found.isNull(), none.isNull()) == (False, True)


def test_the_cache_holds_so_many_bytes(qtbot: QtBot, loop: StudioEventLoop) -> None:
    cache, read = PictureCache(TaskScope(_fail), most_bytes=3 * 100 * 100 * 4), list[int]()

    def wanted(key: int) -> QPixmap | None:
        async def load() -> QImage:
            read.append(key)
            return QImage(100, 100, QImage.Format.Format_RGB32)

        return cache.found(key, load)

    for key in (1, 2, 3, 1, 4, 1, 2):
        if wanted(key) is None:
            qtbot.waitSignal(cache.arrived).wait()
    assert read == [1, 2, 3, 4, 2]
    cache.forget(2)
    assert wanted(2) is None
