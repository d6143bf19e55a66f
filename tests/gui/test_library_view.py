"""The library's view: what one sees and does with mouse and keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QDrag, QEnterEvent, QImage, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.judgement import Verdict
from sora_studio.domain.library import LibraryIndex, TileFacts
from sora_studio.domain.theme_choice import Theme
from sora_studio.ui.kit import theme
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.library_drag import TASKS_MIME, tasks_in
from tests.doubles.library_tiles import tile
from tests.gui.library_desk import CONTROL, SHIFT, LibraryDesk

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[LibraryDesk]:
    made = LibraryDesk(qtbot)
    yield made
    made.view.close()
    loop.run_until_complete(made.scope.close())
    assert not made.errors


def many(count: int, per_day: int = 20) -> list[TileFacts]:
    return [tile(task, days_ago=(count - task) // per_day) for task in range(1, count + 1)]


def top_of(desk: LibraryDesk, task: int) -> int:
    return desk.spot(task).y()


def test_the_scroll_bar_knows_the_whole_length_at_once(desk: LibraryDesk) -> None:
    desk.open(*many(2_000))
    assert desk.view.verticalScrollBar().maximum() == desk.view.places.height - desk.view.viewport().height()
    assert sum(map(len, desk.library.reads)) < 60


def test_clicks_choose_toggle_and_span(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    desk.click(18)
    assert desk.selected == [18]
    desk.click(15, SHIFT)
    assert desk.selected == [18, 17, 16, 15]
    desk.click(17, CONTROL)
    assert desk.selected == [18, 16, 15]
    desk.click(20, CONTROL | SHIFT)
    assert desk.selected == [20, 19, 18, 17, 16, 15]
    desk.click(19)
    assert desk.selected == [19], "releasing on one of several selects it alone"
    QTest.mouseClick(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert desk.selected == []


def test_keys_move_span_toggle_and_open(desk: LibraryDesk) -> None:
    desk.open(*many(30))
    opened = list[int]()
    desk.view.opened.connect(opened.append)
    desk.view.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press(Qt.Key.Key_Home)
    assert (desk.selected, desk.model.selection.current) == ([30], 30)
    desk.press(Qt.Key.Key_Right)
    desk.press(Qt.Key.Key_Down)
    assert desk.selected == [24]
    desk.press(Qt.Key.Key_Right, SHIFT)
    desk.press(Qt.Key.Key_Right, SHIFT)
    assert desk.selected == [24, 23, 22]
    desk.press(Qt.Key.Key_Left, SHIFT)
    assert desk.selected == [24, 23]
    desk.press(Qt.Key.Key_End, CONTROL)
    assert (desk.selected, desk.model.selection.current) == ([24, 23], 1)
    desk.press(Qt.Key.Key_Space)
    assert desk.selected == [24, 23, 1]
    desk.press(Qt.Key.Key_Return)
    assert opened == [1]
    desk.press(Qt.Key.Key_A, CONTROL)
    assert len(desk.selected) == 30
    desk.press(Qt.Key.Key_Escape)
    assert desk.selected == []


def test_the_current_item_is_scrolled_into_sight_below_the_heading(desk: LibraryDesk) -> None:
    desk.open(*many(400))
    desk.press(Qt.Key.Key_End)
    assert top_of(desk, 1) < desk.view.viewport().height()
    for _ in range(3):
        desk.press(Qt.Key.Key_PageUp)
    current = desk.model.selection.current
    assert current is not None
    frame = desk.view.frame_at(desk.ids.index(current))
    assert frame.top() - desk.view.verticalScrollBar().value() >= desk.view.places.metrics.heading_height


def test_other_keys_are_left_to_the_window(desk: LibraryDesk) -> None:
    desk.open(*many(3))
    for key in (Qt.Key.Key_P, Qt.Key.Key_3, Qt.Key.Key_Delete, Qt.Key.Key_Escape):
        event = _key(key)
        QApplication.sendEvent(desk.view, event)
        assert not event.isAccepted()


def test_each_move_is_said(desk: LibraryDesk) -> None:
    desk.open(tile(3, title="A tram"), tile(2, title="Harbour at dawn", verdict=Verdict.KEPT, stars=4), tile(1))
    desk.press(Qt.Key.Key_Home)
    desk.press(Qt.Key.Key_Right)
    assert desk.view.accessibleDescription() == "Harbour at dawn, 0:10, kept, 4 stars, 2 of 3, today"


def test_an_item_that_is_not_loaded_is_said_when_it_is(desk: LibraryDesk) -> None:
    desk.open(*many(2_000))
    desk.press(Qt.Key.Key_End)
    desk.qtbot.waitUntil(lambda: "2,000 of 2,000" in desk.view.accessibleDescription())


def test_a_rubber_band_selects_what_it_touches(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    begin = desk.spot(19) + QPoint(-100, 0)
    desk.drag(begin, desk.spot(13))
    assert desk.selected == [19, 18, 14, 13]
    desk.drag(QPoint(4, 60), desk.spot(20), CONTROL)
    assert desk.selected == [20, 19, 18, 14, 13]


def test_a_rubber_band_begins_on_a_tiles_words_too(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    desk.drag(desk.spot(20, in_words=True), desk.spot(18, in_words=True))
    assert desk.selected == [20, 19, 18]


def test_a_rubber_band_below_the_view_scrolls(desk: LibraryDesk) -> None:
    desk.open(*many(200))
    end = QPoint(900, desk.view.viewport().height() + 60)
    desk.drag(QPoint(4, 60), end, release=False)
    desk.qtbot.waitUntil(lambda: desk.view.verticalScrollBar().value() > 400)
    QTest.mouseRelease(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert desk.selected[0] == 200
    assert len(desk.selected) > 30


def test_selected_tiles_are_dragged_as_files_and_ids(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    carried = list[tuple[list[str], list[int]]]()

    def carry(drag: QDrag) -> None:
        mime = drag.mimeData()
        carried.append(([url.toLocalFile() for url in mime.urls()], tasks_in(mime)))
        assert mime.hasFormat(TASKS_MIME)

    desk.view.pointer.drag.carry = carry
    desk.click(20)
    desk.click(18, CONTROL)
    desk.drag(desk.spot(18), desk.spot(13), release=False)
    desk.qtbot.waitUntil(lambda: bool(carried))
    assert carried == [(["/clips/20.mp4", "/clips/18.mp4"], [20, 18])]
    assert desk.selected == [20, 18]


def test_a_button_that_is_released_in_time_drags_nothing(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    carried = list[QDrag]()
    desk.view.pointer.drag.carry = carried.append
    desk.drag(desk.spot(18), desk.spot(13))
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.refresh()
    QApplication.processEvents()
    assert not carried


def test_items_stay_where_they_are_when_others_come_and_go(desk: LibraryDesk) -> None:
    tiles = many(400)
    desk.open(*tiles)
    desk.view.verticalScrollBar().setValue(1_500)
    desk.wait_loaded()
    first = desk.ids[desk.view.visible().start]
    before = top_of(desk, first)
    desk.library.put(*(tile(task) for task in range(1_000, 1_030)))
    desk.refresh()
    assert len(desk.ids) == 430
    assert top_of(desk, first) == before
    del desk.library.tiles[first]
    following = desk.ids[desk.ids.index(first) + 1]
    desk.refresh()
    assert following in (desk.ids[place] for place in desk.view.visible())


def test_at_the_top_new_items_appear_unless_the_pointer_is_there(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    desk.library.put(tile(21))
    desk.refresh()
    assert desk.ids[0] == 21
    _enter(desk)
    desk.library.put(tile(22), tile(23))
    desk.refresh()
    assert desk.ids[0] == 21
    assert desk.view.updates.new_items.isVisible()
    assert desk.view.updates.new_items.text() == "2 new clips"
    QTest.mouseClick(desk.view.updates.new_items, Qt.MouseButton.LeftButton)
    assert desk.ids[:2] == [23, 22]
    assert not desk.view.updates.new_items.isVisible()


def test_held_items_come_by_the_home_key(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    _enter(desk)
    desk.library.put(tile(21))
    desk.refresh()
    desk.press(Qt.Key.Key_Home)
    assert desk.model.selection.current == desk.ids[0] == 21


def test_the_current_item_stays_where_it_is_while_the_keyboard_is_used(desk: LibraryDesk) -> None:
    desk.open(*many(400))
    desk.view.activateWindow()
    desk.view.setFocus()
    desk.click(388)
    _leave(desk)
    before = top_of(desk, 388)
    desk.library.put(*(tile(task) for task in range(1_000, 1_010)))
    desk.refresh()
    assert desk.ids[0] == 1_009
    assert top_of(desk, 388) == before


def test_held_items_come_when_the_pointer_leaves(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    _enter(desk)
    desk.library.put(tile(21))
    desk.refresh()
    assert desk.ids[0] == 20
    _leave(desk)
    assert desk.ids[0] == 21


def test_another_query_begins_at_the_top(desk: LibraryDesk) -> None:
    desk.open(*many(400))
    desk.view.verticalScrollBar().setValue(1_500)
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.search("a")
    assert desk.view.verticalScrollBar().value() == 0


def test_style_and_size_keep_the_item_at_the_top(desk: LibraryDesk) -> None:
    desk.open(*many(400))
    widths = list[int]()
    desk.view.tile_width_changed.connect(widths.append)
    desk.view.verticalScrollBar().setValue(2_000)
    first = desk.ids[desk.view.visible().start]

    def hidden() -> float:
        cell = desk.view.places.rect(desk.ids.index(first))
        return (desk.view.verticalScrollBar().value() - cell.top()) / cell.height()

    before = hidden()
    assert 0 < before < 1
    for change in (LibraryMode.LIST, LibraryMode.GRID):
        desk.view.set_mode(change)
        assert hidden() == pytest.approx(before, abs=0.02)
    _wheel(desk, notches=2)
    desk.press(Qt.Key.Key_Minus, CONTROL)
    assert widths == [220, 200]
    assert 0 <= hidden() < 1


def test_the_date_is_shown_while_the_scroll_bar_is_dragged(desk: LibraryDesk) -> None:
    desk.open(*many(400))
    bar = desk.view.verticalScrollBar()
    bar.setSliderDown(True)
    bar.setValue(bar.maximum() // 2)
    assert desk.view.bubble.isVisible()
    assert desk.view.bubble.text() == "Monday, 16 November"
    bar.setSliderDown(False)
    assert not desk.view.bubble.isVisible()


def test_nothing_yet_and_nothing_found(desk: LibraryDesk) -> None:
    desk.open()
    assert _words(desk) == ["Clips you make appear here", "Ctrl+Enter sends your prompt."]
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.search("stars:>=3 zebra")
    desk.view.updates.empty.offer_drop("Drop “stars ≥ 3” (41 clips)")
    assert _words(desk)[0] == "Nothing found"
    with desk.qtbot.waitSignal(desk.view.updates.empty.drop_requested):
        QTest.mouseClick(desk.view.updates.empty.drop, Qt.MouseButton.LeftButton)
    desk.library.put(tile(1))
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.search("")
    assert not desk.view.updates.empty.isVisible()


def test_the_filmstrip_is_scrubbed_under_the_pointer(desk: LibraryDesk) -> None:
    asked = list[tuple[Path, float]]()

    def scrub(painter: QPainter, frame: QRect, path: Path, fraction: float) -> bool:
        asked.append((path, round(fraction, 1)))
        painter.fillRect(frame, QColor("#ff00ff"))
        return True

    desk.view.painter.scrub = scrub
    desk.open(*(replace(one, filmstrip=Path(f"/strips/{one.id}.jpg")) for one in many(20)))
    QTest.mouseMove(desk.view.viewport(), desk.spot(18))
    picture = desk.view.grab().toImage()
    assert asked[-1] == (Path("/strips/18.jpg"), 0.5)
    assert picture.pixelColor(desk.spot(18)) == QColor("#ff00ff")
    assert picture.pixelColor(desk.spot(17)) != QColor("#ff00ff")


def test_the_current_tile_has_a_ring_and_selected_ones_a_check(desk: LibraryDesk, qapp: QApplication) -> None:
    desk.open(*many(20))
    desk.view.setFocus()
    desk.click(20)
    desk.click(18, SHIFT)
    for mode in LibraryMode:
        desk.view.set_mode(mode)
        for choice in (Theme.DARK, Theme.LIGHT):
            theme.apply(qapp, choice)
            image = desk.view.grab().toImage()
            assert _has(image, QColor(theme.tokens().accent), _around(desk, 20)), "a check"
            assert _has(image, QColor(theme.tokens().selection), _around(desk, 20))
            assert not _has(image, QColor(theme.tokens().accent), _around(desk, 17))


def test_posters_are_drawn_letterboxed(desk: LibraryDesk, tmp_path: Path) -> None:
    poster = QImage(90, 160, QImage.Format.Format_RGB32)
    poster.fill(QColor("#00ff00"))
    assert poster.save(str(tmp_path / "poster.jpg"))
    desk.open(replace(tile(1), poster=tmp_path / "poster.jpg"))

    def colours() -> tuple[int, int]:
        image, spot = desk.view.grab().toImage(), desk.spot(1)
        return image.pixelColor(spot).green(), image.pixelColor(spot + QPoint(-70, 0)).green()

    desk.qtbot.waitUntil(lambda: colours()[0] > 200)
    assert colours()[1] == QColor(theme.DARK.stage).green()


def test_an_order_without_days_has_no_headings(desk: LibraryDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = desk.library.index
    monkeypatch.setattr(desk.library, "index", lambda query="": LibraryIndex(found(query).ids))
    desk.open(*many(30))
    assert desk.view.places.metrics.heading_height == 0
    assert desk.view.painter.shows_days
    assert not desk.view.grab().isNull()


def test_a_stack_opens_by_key(desk: LibraryDesk) -> None:
    desk.library.stacks[20] = (20, 101, 102)
    desk.open(*many(20), tile(101, days_ago=500), tile(102, days_ago=500))
    desk.press(Qt.Key.Key_Home)
    desk.press(Qt.Key.Key_Down, ALT)
    desk.qtbot.waitUntil(lambda: desk.ids[:3] == [20, 101, 102])
    assert not desk.view.grab().isNull()
    desk.press(Qt.Key.Key_Right)
    desk.press(Qt.Key.Key_Up, ALT)
    assert desk.ids[:2] == [20, 19]
    assert desk.model.selection.current is not None


def test_a_stack_opens_and_closes_by_its_badge_without_being_selected(desk: LibraryDesk) -> None:
    desk.library.stacks[19] = (19, 101)
    desk.open(*(replace(one, takes=2) if one.id == 19 else one for one in many(20)))
    desk.library.put(tile(101))
    badge = desk.view.frame_at(1).topLeft() + QPoint(12, 12)
    opened = list[int]()
    desk.view.opened.connect(opened.append)
    QTest.mouseClick(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=badge)
    desk.qtbot.waitUntil(lambda: desk.ids[:3] == [20, 19, 101])
    QTest.mouseDClick(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=badge)
    QTest.mouseClick(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=badge)
    assert desk.ids[:3] == [20, 19, 18]
    assert (desk.selected, opened) == ([], [])


def test_a_menu_is_for_the_selection_or_for_what_is_under_the_pointer(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    asked = list[int]()

    def ask(task: int, _spot: QPoint) -> None:
        asked.append(task)

    desk.view.menu_requested.connect(ask)
    desk.click(20)
    desk.click(18, SHIFT)
    _menu(desk, 19)
    assert desk.selected == [20, 19, 18]
    _menu(desk, 13)
    assert desk.selected == [13]
    assert asked == [19, 13]


def test_a_double_click_opens(desk: LibraryDesk) -> None:
    desk.open(*many(20))
    opened = list[int]()
    desk.view.opened.connect(opened.append)
    QTest.mouseDClick(desk.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.spot(17))
    assert opened == [17]


def _key(key: Qt.Key) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)


def _enter(desk: LibraryDesk) -> None:
    at = QPointF(desk.spot(desk.ids[0]))
    QApplication.sendEvent(desk.view.viewport(), QEnterEvent(at, at, at))


def _leave(desk: LibraryDesk) -> None:
    QApplication.sendEvent(desk.view.viewport(), QEvent(QEvent.Type.Leave))


def _wheel(desk: LibraryDesk, *, notches: int) -> None:
    at = QPointF(200, 200)
    turn = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, CONTROL, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(desk.view.viewport(), turn)


def _menu(desk: LibraryDesk, task: int) -> None:
    spot = desk.spot(task)
    QApplication.sendEvent(desk.view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, spot))


def _words(desk: LibraryDesk) -> list[str]:
    return [desk.view.updates.empty.title.text(), desk.view.updates.empty.hint.text()]


def _around(desk: LibraryDesk, task: int) -> QRect:
    return desk.view.frame_at(desk.ids.index(task)).adjusted(-2, 0, 0, 4)


def _has(image: QImage, colour: QColor, area: QRect) -> bool:
    return any(
        image.pixelColor(x, y) == colour
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )
