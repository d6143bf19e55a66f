"""The model picker: found, compared, chosen and closed by keyboard and mouse; heard by a screen reader; fits small windows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import ModelProfile, Role, Status
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.settings import Theme
from sora_studio.ui.compose.model_picker.picker import ModelPicker
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from tests.doubles.models import image, shipped_models

DRAFT = Draft(
    "A ferryman.", "image-to-video", {"duration": 10}, {Role.FIRST: (image("first"),)}, "", {Role.LAST: (image("last"),)}
)
RECORDS = {"seedance-2-0": ModelRecord(31, 29, 2, (130, 185), 0.42, (0.4, 0.45), 29)}
CTRL, ALT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


class Desk:
    """A window with an editor and a model chip at its lower edge."""

    def __init__(self, bot: QtBot) -> None:
        self.bot, self.window = bot, QWidget()
        bot.addWidget(self.window)
        self.editor, self.chip = QPlainTextEdit(), QPushButton("Sora 2")
        column = QVBoxLayout(self.window)
        column.addWidget(self.editor)
        column.addWidget(self.chip)
        self.window.resize(1100, 720)
        self.window.show()
        self.window.activateWindow()
        bot.waitUntil(self.window.isActiveWindow)
        self.editor.setFocus()
        self.picker = ModelPicker(self.window)
        self.said = list[tuple[str, object]]()
        self.picker.chosen.connect(lambda slug: self.said.append(("chosen", slug)))
        self.picker.beside.connect(lambda slug: self.said.append(("beside", slug)))
        self.picker.favourites_changed.connect(lambda slugs: self.said.append(("favourites", slugs)))
        self.picker.closed.connect(lambda: self.said.append(("closed", None)))

    def open(self, *favourites: str, current: str = "sora-2", **models: ModelProfile) -> None:
        profiles = {**shipped_models(), **models}
        self.picker.open(PickerFacts(profiles, current, DRAFT, date(2026, 11, 28), favourites, RECORDS), self.chip)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            self.bot.keyClick(self.window.focusWidget(), key, modifiers)

    def search(self, text: str) -> list[str]:
        """Type a query in place of the last one; return what is listed."""
        self.picker.search.selectAll()
        self.bot.keyClicks(self.picker.search, text)
        return self.rows()

    def rows(self) -> list[str]:
        model = self.picker.list.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def place(self, title: str) -> QRect:
        self.picker.list.doItemsLayout()
        index = self.picker.list.model().index(self.rows().index(title), 0)
        self.picker.list.scrollTo(index)
        return self.picker.list.visualRect(index)

    def click(self, place: QPoint, *, twice: bool = False) -> None:
        act = self.bot.mouseDClick if twice else self.bot.mouseClick
        act(self.picker.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.picker.dismiss()


def test_it_opens_on_the_drafts_model_with_the_keyboard_in_the_search(desk: Desk) -> None:
    desk.open("seedance-2-0")
    assert desk.picker.isVisible()
    assert desk.picker.search.hasFocus()
    assert desk.picker.list.slug == "sora-2"
    assert desk.rows()[:4] == ["sora", "Sora 2", "Sora 2 Pro", "seedance"]
    assert "This draft uses this model." in desk.picker.details.text()
    assert "May have ended on 24 Sept 2026." in desk.picker.details.text()


def test_typing_filters_and_enter_uses_the_first(desk: Desk) -> None:
    desk.open()
    assert desk.search("veo") == ["veo", "Veo 3.1"]
    text = desk.picker.details.text()
    assert "Price: $0.20 or $1.50; this draft $0.20" in text
    assert "Changes: Duration: 10 s has no place in Veo 3.1, First and last frame, fast." in text
    assert "Gained: Both pictures are used: first and last frame. With Sora 2 the last one was set aside." in text
    desk.press(Qt.Key.Key_Return)
    assert desk.said == [("closed", None), ("chosen", "veo-3-1")]
    assert desk.editor.hasFocus()


def test_keys_move_the_highlight_over_models_only(desk: Desk) -> None:
    desk.open(current="kling-2-6")
    passed = list[str | None]()
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Up,
        Qt.Key.Key_Up,
        Qt.Key.Key_Up,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_Home,
    ):
        desk.press(key)
        passed.append(desk.picker.list.slug)
    assert passed[:5] == ["kling-2-5-turbo-pro", "kling-2-6", "kling-3-0-std", "kling-3-0-std", "sora-2-pro"]
    assert passed[5] not in (None, "sora-2-pro", "kling-3-0-std")
    assert passed[6] == "kling-3-0-std"
    desk.press(Qt.Key.Key_PageDown)
    assert desk.picker.list.slug not in (None, "kling-3-0-std")
    assert desk.picker.search.hasFocus()


@pytest.mark.parametrize("modifiers", [CTRL, ALT])
def test_enter_with_a_modifier_tries_it_beside_and_sends_nothing(desk: Desk, modifiers: Qt.KeyboardModifier) -> None:
    sent = list[bool]()
    QShortcut(QKeySequence("Ctrl+Return"), desk.window).activated.connect(lambda: sent.append(True))
    desk.open()
    desk.search("kling 2.6")
    desk.press(Qt.Key.Key_Return, modifiers=modifiers)
    assert desk.said == [("closed", None), ("beside", "kling-2-6")]
    assert sent == []


def test_the_drafts_own_model_is_not_tried_beside_itself(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_Return, modifiers=CTRL)
    assert desk.said == []
    assert not desk.picker.details.beside_button.isEnabled()
    assert desk.picker.details.beside_button.accessibleName() == "Try beside Sora 2"


def test_escape_closes_and_gives_the_keyboard_back(desk: Desk) -> None:
    desk.open()
    desk.search("veo")
    desk.press(Qt.Key.Key_Escape)
    assert desk.said == [("closed", None)]
    assert not desk.picker.isVisible()
    assert desk.editor.hasFocus()
    desk.open()
    assert desk.picker.search.text() == ""
    assert len(desk.rows()) > len(shipped_models())


def test_a_click_outside_closes_and_is_felt_there_but_not_by_the_chip(desk: Desk) -> None:
    presses = list[bool]()
    desk.chip.clicked.connect(lambda: presses.append(True))
    handle = desk.window.windowHandle()
    desk.open()
    inside = desk.picker.mapTo(desk.window, desk.picker.details.geometry().center())
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, NONE, inside)
    assert desk.said == []
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, NONE, desk.chip.geometry().center())
    assert desk.said == [("closed", None)]
    assert presses == []
    desk.open()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, NONE, desk.editor.geometry().topRight() + QPoint(-20, 20))
    assert not desk.picker.isVisible()
    assert desk.editor.hasFocus()


def test_it_closes_when_the_keyboard_goes_elsewhere(desk: Desk) -> None:
    desk.open()
    desk.chip.setFocus()
    assert not desk.picker.isVisible()
    assert desk.chip.hasFocus()
    assert desk.said == [("closed", None)]


def test_its_shortcut_opens_and_closes_it(desk: Desk) -> None:
    facts = PickerFacts(shipped_models(), "sora-2", DRAFT, date(2026, 11, 28))
    desk.picker.toggle(facts, desk.chip)
    assert desk.picker.isVisible()
    desk.picker.toggle(facts, desk.chip)
    assert not desk.picker.isVisible()


def test_opening_it_again_shows_the_draft_as_it_is_now(desk: Desk) -> None:
    desk.open()
    desk.open(current="veo-3-1")
    assert desk.picker.list.slug == "veo-3-1"
    desk.press(Qt.Key.Key_Escape)
    assert desk.said == [("closed", None)]
    assert desk.editor.hasFocus()


def test_tab_stays_inside(desk: Desk) -> None:
    desk.open(current="kling-2-6")
    desk.search("seedance 2.0 fast")
    visited = list[str]()
    for _ in range(4):
        desk.press(Qt.Key.Key_Tab)
        visited.append(desk.window.focusWidget().accessibleName())
    assert visited == ["Add to favourites", "Use this model", "Try beside Kling 2.6", "Search models by name and facts"]
    desk.press(Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert desk.said == [("favourites", ("seedance-2-0-fast",))]


def test_favourites_are_marked_by_key_star_and_button(desk: Desk) -> None:
    desk.open("veo-3-1")
    desk.search("2.0")
    desk.press(Qt.Key.Key_D, modifiers=CTRL)
    assert desk.said[-1] == ("favourites", ("veo-3-1", "seedance-2-0"))
    assert desk.picker.search.text() == "2.0"
    order = desk.rows()
    row = desk.place("Seedance 2.0")
    desk.click(QPoint(row.left() + 27, row.top() + 13))
    assert desk.said[-1] == ("favourites", ("veo-3-1",))
    desk.bot.mouseClick(desk.picker.details.tab_stops()[0], Qt.MouseButton.LeftButton)
    assert desk.said[-1] == ("favourites", ("veo-3-1", "seedance-2-0"))
    assert desk.rows() == order
    assert desk.picker.list.slug == "seedance-2-0"


def test_a_click_shows_and_a_double_click_uses(desk: Desk) -> None:
    desk.open()
    row = desk.place("Seedance 2.0")
    desk.click(row.center())
    assert desk.said == []
    assert desk.picker.search.hasFocus()
    assert "Yours: 31 clips · 29 ready · 2 refused" in desk.picker.details.text()
    desk.click(row.center(), twice=True)
    assert desk.said == [("closed", None), ("chosen", "seedance-2-0")]


def test_the_buttons_use_and_try_beside(desk: Desk) -> None:
    for button, said in ((desk.picker.details.use_button, "chosen"), (desk.picker.details.beside_button, "beside")):
        desk.open()
        desk.search("veo")
        desk.bot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert desk.said[-1] == (said, "veo-3-1")


def test_nothing_found_says_so_and_leads_back(desk: Desk) -> None:
    desk.open()
    assert desk.search("zeppelin <b>8k</b>") == []
    assert desk.picker.nothing.words() == "No model matches “zeppelin <b>8k</b>”."
    assert desk.picker.nothing.isVisible()
    assert not desk.picker.details.use_button.isEnabled()
    desk.press(Qt.Key.Key_Return)
    assert desk.said == []
    desk.bot.mouseClick(desk.picker.nothing.back_button, Qt.MouseButton.LeftButton)
    assert desk.picker.list.slug == "sora-2"
    assert desk.picker.search.hasFocus()
    assert desk.picker.details.use_button.isEnabled()


def test_a_price_leaves_out_what_is_not_known(desk: Desk) -> None:
    desk.open()
    assert desk.search("under $0.30") == ["sora", "Sora 2", "veo", "Veo 3.1"]
    assert desk.search("under $0.50") == ["sora", "Sora 2", "seedance", "Seedance 2.0", "veo", "Veo 3.1"]


def test_a_model_that_is_gone_is_shown_by_name_and_not_chosen(desk: Desk) -> None:
    gone = replace(shipped_models()["veo-3-1"], status=Status.GONE)
    desk.open(**{"veo-3-1": gone})
    assert "Veo 3.1" not in desk.rows()
    assert "Veo 3.1" not in desk.search("end frame")
    assert desk.search("veo") == ["veo", "Veo 3.1"]
    assert "No longer offered." in desk.picker.details.text()
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_Return, modifiers=ALT)
    assert desk.said == []
    assert desk.picker.isVisible()


def test_a_screen_reader_hears_the_highlighted_model(desk: Desk) -> None:
    desk.open("seedance-2-0")
    desk.search("seedance 1080p")
    heard = "Seedance 2.0, favourite, 4–15 s, 1080p, sound, 9 references, price about $0.42, usual time 2:10"
    assert desk.picker.search.accessibleDescription() == heard
    assert desk.picker.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) == heard
    assert desk.picker.list.accessibleName() == "Models"
    values = [label.accessibleName() for label in desk.picker.details.findChildren(QLabel)]
    assert "Usual time: 2:10, nearly always under 3:05" in values
    desk.search("zeppelin")
    assert desk.picker.search.accessibleDescription() == "No model matches “zeppelin”."


@pytest.mark.parametrize("size", [QSize(1100, 720), QSize(1920, 720), QSize(640, 400)])
def test_it_fits_the_window_and_follows_its_size(desk: Desk, size: QSize) -> None:
    desk.open()
    desk.window.resize(size)
    assert desk.window.rect().contains(desk.picker.geometry())
    if size.height() >= 720:
        assert not desk.picker.geometry().intersects(desk.chip.geometry())
    desk.search("infinitetalk")
    buttons = desk.picker.details.use_button, desk.picker.details.beside_button
    assert all(desk.picker.rect().contains(QRect(each.mapTo(desk.picker, QPoint()), each.size())) for each in buttons)
    assert not desk.picker.details.findChildren(QWidget, "qt_scrollarea_hcontainer")[0].isVisible()


def test_it_opens_below_an_anchor_at_the_top(desk: Desk) -> None:
    desk.window.layout().insertWidget(0, desk.chip)  # type: ignore[attr-defined]  # it is a box
    desk.window.layout().activate()
    desk.open()
    assert desk.picker.geometry().top() > desk.chip.geometry().bottom()


def test_it_follows_the_theme_while_it_is_open(desk: Desk, qapp: QApplication) -> None:
    desk.open()
    theme.apply(qapp, Theme.LIGHT)
    shown = desk.picker.grab().toImage()
    grounds = {shown.pixelColor(x, shown.height() - y).name() for x, y in ((4, 60), (shown.width() - 60, 60), (4, 4))}
    assert grounds == {theme.LIGHT.panel}


def test_long_and_hostile_titles_are_elided_and_plain(desk: Desk) -> None:
    title = "<b>Évian</b> & Sons " + "and a very long name " * 12
    desk.open(own=replace(shipped_models()["veo-3-1"], slug="own", title=title.strip()))
    assert desk.search("evian") == ["veo", title.strip()]
    assert title.strip() in desk.picker.details.text()
    desk.press(Qt.Key.Key_Return)
    assert desk.said[-1] == ("chosen", "own")
    desk.open(current="own", own=replace(shipped_models()["veo-3-1"], slug="own", title=title.strip()))
    shown = desk.picker.details.beside_button.text()
    assert shown.endswith("…")
    assert "&&" in shown
