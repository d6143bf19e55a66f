"""Words, hints and outline beside the text: they follow it, act on it, and never touch the wrong place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.window.side_panel import SideTab
from sora_studio.ui.writing.hints_panel import HintsPanel
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_drafts import DEAD_END

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
VAGUE = "A stunning pier at dawn, slow dolly in, soft light."
BEATS = "Beats\n0–4 s Wide, the pier empty.\n4–10 s He stops; the rope drips."


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[Sitting]:
    (tmp_path / "data").mkdir()
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        qtbot.keyClick(at.window, Qt.Key.Key_1, CTRL | SHIFT)  # the writing room
        yield at


def spoken(view: QListView) -> list[str]:
    model = view.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [str(row.data(Qt.ItemDataRole.AccessibleTextRole)) for row in rows]


def hints(desk: Sitting) -> list[str]:
    panel = desk.window.side.findChild(HintsPanel)
    assert panel is not None
    return [card.accessibleName() for card in panel.findChildren(QFrame) if ": " in card.accessibleName()]


def press(desk: Sitting, qtbot: QtBot, words: str, *, of: str) -> None:
    """A button of the hint that says so."""
    panel = desk.window.side.findChild(HintsPanel)
    assert panel is not None
    card = next(card for card in panel.findChildren(QFrame) if of in card.accessibleName())
    button = next(one for one in card.findChildren(QPushButton) if one.text().startswith(words) and one.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_term_is_found_and_inserted_and_the_list_tells_what_is_used(desk: Sitting, qtbot: QtBot) -> None:
    desk.window.side.show_tab(SideTab.WORDS)
    field, view = desk.named(QLineEdit, "Search the vocabulary"), desk.named(QListView, "Vocabulary")
    qtbot.waitUntil(lambda: len(spoken(view)) > 300)
    qtbot.keyClicks(field, "golden hour")
    assert any(line.startswith("golden hour, ") for line in spoken(view))
    assert not any("used" in line for line in spoken(view) if "none used" not in line)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.editor.text() == "golden hour"
    qtbot.waitUntil(lambda: any(line.endswith(", used") for line in spoken(view)))


def test_a_hint_is_fixed_once_silenced_in_this_draft_and_elsewhere_still_there(desk: Sitting, qtbot: QtBot) -> None:
    desk.window.side.show_tab(SideTab.HINTS)
    desk.editor.replace(VAGUE)
    qtbot.waitUntil(lambda: any("stunning" in hint for hint in hints(desk)))
    press(desk, qtbot, "Not in this draft", of="stunning")
    qtbot.waitUntil(lambda: not any("stunning" in hint for hint in hints(desk)))
    assert desk.reads("Nothing to suggest.") or hints(desk)
    desk.window.drafts.new()
    qtbot.waitUntil(lambda: not desk.editor.text())
    desk.editor.replace(VAGUE)
    qtbot.waitUntil(lambda: any("stunning" in hint for hint in hints(desk)))
    press(desk, qtbot, "Never", of="stunning")
    qtbot.waitUntil(lambda: not any("stunning" in hint for hint in hints(desk)))
    again = next(one for one in desk.window.side.findChildren(QPushButton) if one.text() == "Show 1 silenced rule again")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("stunning" in hint for hint in hints(desk)))


def test_a_fix_changes_only_the_text_that_it_was_found_in(desk: Sitting, qtbot: QtBot) -> None:
    desk.window.side.show_tab(SideTab.HINTS)
    desk.editor.replace(f"{VAGUE} The the rope drips.")
    qtbot.waitUntil(lambda: any(fixable(desk)))
    words = fixable(desk)[0]
    desk.editor.replace("An entirely other text that is long enough for every place to exist in it, and says nothing twice.")
    before = desk.editor.text()
    press(desk, qtbot, "Re", of=words)  # pressed before the hints for the new text are there
    assert desk.editor.text() == before


def fixable(desk: Sitting) -> list[str]:
    panel = desk.window.side.findChild(HintsPanel)
    assert panel is not None
    cards = [card for card in panel.findChildren(QFrame) if ": " in card.accessibleName()]
    return [
        card.accessibleName()
        for card in cards
        if any(one.isVisible() and one.text().startswith("Re") for one in card.findChildren(QPushButton))
    ]


def test_a_beat_is_moved_with_the_keys_and_the_text_follows(desk: Sitting, qtbot: QtBot) -> None:
    desk.window.side.show_tab(SideTab.OUTLINE)
    assert any(label.text().startswith("No headings") for label in desk.window.side.findChildren(QLabel) if label.isVisible())
    desk.editor.replace(BEATS)
    qtbot.waitUntil(lambda: any(view.isVisible() and view.accessibleName() == "Outline" for view in lists(desk)))
    view = desk.named(QListView, "Outline")
    assert spoken(view) == [
        "Beats",
        "0–4 s, 40% of the clip, Wide, the pier empty.",
        "4–10 s, 60% of the clip, He stops; the rope drips.",
    ]
    view.setFocus()
    view.setCurrentIndex(view.model().index(2, 0))
    qtbot.keyClick(view, Qt.Key.Key_Up, ALT)
    assert desk.editor.text() == "Beats\n0–6 s He stops; the rope drips.\n6–10 s Wide, the pier empty."
    qtbot.waitUntil(lambda: spoken(view)[1].startswith("0–6 s, 60%"))
    view.setCurrentIndex(view.model().index(2, 0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert desk.editor.caret() == desk.editor.text().index("6–10 s")


def lists(desk: Sitting) -> list[QListView]:
    return desk.window.side.findChildren(QListView)
