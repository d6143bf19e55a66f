"""A long name takes no more room than there is, and is still said whole."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel

NAME = "a" * 40 + "b" * 41 + ".jpg"


@pytest.fixture
def beside(qtbot: QtBot) -> QWidget:
    """A row that is narrower than the name, with a button at its end."""
    made = QWidget()
    qtbot.addWidget(made)
    row = QHBoxLayout(made)
    row.addWidget(ElidedLabel(NAME), 1)
    row.addWidget(QPushButton("Withdraw"))
    made.resize(300, 60)
    with qtbot.waitExposed(made):
        made.show()
    return made


def label_in(beside: QWidget) -> ElidedLabel:
    found = beside.findChild(ElidedLabel)
    assert found is not None
    return found


def test_it_leaves_out_its_middle_and_pushes_nothing_aside(beside: QWidget) -> None:
    label = label_in(beside)
    assert beside.width() == 300
    button = beside.findChild(QPushButton)
    assert button is not None
    assert beside.rect().contains(button.geometry())
    assert label.shown().startswith("aaa")
    assert label.shown().endswith("b.jpg")
    assert "…" in label.shown()
    assert label.fontMetrics().horizontalAdvance(label.shown()) <= label.width()


def test_the_whole_of_it_stays_said(beside: QWidget) -> None:
    label = label_in(beside)
    assert label.text() == label.accessibleName() == NAME
    assert NAME in label.toolTip()


def test_what_has_room_is_whole_and_needs_no_tool_tip(beside: QWidget, qtbot: QtBot) -> None:
    label = label_in(beside)
    beside.resize(1200, 60)
    qtbot.waitUntil(lambda: label.shown() == NAME)
    assert label.toolTip() == ""
    label.setText("one…")
    assert (label.shown(), label.toolTip()) == ("one…", "")


def test_a_name_is_shown_letter_by_letter_on_one_line(beside: QWidget) -> None:
    label = label_in(beside)
    before = label.sizeHint().height()
    label.setText("<b>x</b>\n" + NAME)
    assert label.sizeHint().height() == before
    assert label.shown().startswith("<b>x</b> a")
    assert label.toolTip().startswith("<qt>&lt;b&gt;x&lt;/b&gt;")


@pytest.mark.parametrize("role", ["", "failed"])
def test_it_is_drawn_in_the_colour_of_a_label(qtbot: QtBot, role: str) -> None:
    label = ElidedLabel("██████████████")
    qtbot.addWidget(label)
    theme.set_role(label, role)
    label.resize(80, 20)
    label.ensurePolished()
    drawn = label.grab().toImage()
    colour = label.palette().color(QPalette.ColorRole.WindowText)
    assert colour.name() == (theme.tokens().failed if role else theme.tokens().text)
    seen = {drawn.pixelColor(x, y).name() for x in range(drawn.width()) for y in range(drawn.height())}
    assert colour.name() in seen
