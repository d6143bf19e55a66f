"""The box on a picture, on pictures of any shape."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.domain.picture import Crop
from sora_studio.ui.compose.pictures.crop_view import CropView
from sora_studio.viewmodels.compose.pictures import picture_crop


@pytest.fixture
def view(qtbot: QtBot) -> CropView:
    view = CropView()
    qtbot.addWidget(view)
    view.resize(520, 400)
    view.show()
    return view


def drag(view: CropView, *, right: int, down: int) -> None:
    """By its inside, from the middle of the view."""
    begin = view.rect().center()
    end = QPointF(begin.x() + right, begin.y() + down)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    held, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    moving = QMouseEvent(QEvent.Type.MouseMove, end, QPointF(view.mapToGlobal(end)), none, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, moving)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end.toPoint())


@pytest.mark.parametrize("size", [(30_000, 10), (3, 9000), (1200, 1), (1, 1200), (1, 1)])
@pytest.mark.parametrize("shape", [16 / 9, 9 / 16])
def test_a_picture_as_thin_as_a_line_is_seen_and_can_be_cropped(view: CropView, size: tuple[int, int], shape: float) -> None:
    width, height = size
    image = QImage(max(width // 40, 1), max(height // 40, 1), QImage.Format.Format_RGB32)
    image.fill(QColor("orange"))
    first = picture_crop.largest(width / height, shape)
    heard = list[Crop]()
    view.cropped.connect(heard.append)
    view.show_image(image)
    view.show_crop(None, shape, size)
    assert max(colour.red() - colour.blue() for colour in _middles(view)) > 60
    view.show_crop(first, shape, size)

    drag(view, right=9, down=9)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)

    kept = view.crop
    assert kept is not None
    left, top, right, bottom = kept.box_px(width, height)
    assert view.accessibleName() == f"Crop {right - left} × {bottom - top}, {left} from the left, {top} from the top"
    assert bool(heard) == (kept != first)


def _middles(view: CropView) -> list[QColor]:
    """What is seen across and down the middle."""
    seen, middle = view.grab().toImage(), view.rect().center()
    across = [(x, middle.y() + by) for x in range(view.width()) for by in (0, 1)]
    down = [(middle.x() + by, y) for y in range(view.height()) for by in (0, 1)]
    return [QColor(seen.pixel(x, y)) for x, y in across + down]
