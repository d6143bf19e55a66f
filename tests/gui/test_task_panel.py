"""The task list as a person meets it: cards, keys, menus, and a place that stays."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import ConnectionFailed
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task, TaskState
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.card_delegate import poster_action
from sora_studio.ui.tasks.card_layout import CARD_HEIGHT, EDGE, HEADING_HEIGHT, CardLayout
from sora_studio.ui.tasks.panel import TaskPanel
from sora_studio.ui.tasks.review_dialog import ReviewDialog
from sora_studio.viewmodels.event_bridge import EventBridge
from sora_studio.viewmodels.tasks.task_actions import SPENDING
from sora_studio.viewmodels.tasks.task_words import facts_of
from tests.doubles.task_studio import NOW, PROFILE, TaskStudio, clip_in, task_in


class Desk:
    """The panel on a screen, 372 wide as drawn, with a fake studio behind it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot, self.studio = qtbot, TaskStudio()
        self.errors = list[BaseException]()
        self.panel = TaskPanel(TaskScope(lambda error, _name: self.errors.append(error)))
        self.view = self.panel.view
        self.relay = EventBridge()
        self.relay.listen(self.studio.events)
        self.played, self.used, self.selected = list[Task](), list[object](), list[Task]()
        self.panel.commands.play_requested.connect(self.played.append)
        self.panel.commands.edit_requested.connect(self.used.append)
        self.panel.selected.connect(self.selected.append)
        qtbot.addWidget(self.panel)
        self.panel.resize(372, 600)
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitActive(self.panel)

    def open(self, *tasks: Task) -> None:
        self.studio.rows = {task.id: task for task in tasks}
        self.panel.attach(self.studio, self.relay)
        self.bot.waitUntil(lambda: self.has_read(tasks))

    def has_read(self, tasks: tuple[Task, ...]) -> bool:
        if not tasks:
            return self.panel.findChild(QLabel, "nothing").isVisible()
        return bool(self.texts()) and all(text != "Loading" for text in self.texts())

    def texts(self) -> list[str]:
        """What a screen reader finds in the list."""
        table = QAccessible.queryAccessibleInterface(self.view)
        assert table.text(QAccessible.Text.Name) == "Tasks"
        children = [table.child(place) for place in range(table.childCount())]
        return [child.text(QAccessible.Text.Name) for child in children if child.role() is QAccessible.Role.Cell]

    def row_of(self, task: int) -> int:
        return self.view._list.index_of(task).row()

    def top_of(self, task: int) -> int:
        return self.view.rowViewportPosition(self.row_of(task))

    def current(self) -> int | None:
        task = self.view.task_under(self.view.currentIndex())
        return task.id if task else None

    def choose(self, task: int) -> None:
        self.panel.select(task)
        self.view.setFocus()

    def press(self, key: Qt.Key) -> None:
        self.bot.keyClick(self.view, key)

    def click_poster(self, task: int) -> None:
        row = self.view.visualRect(self.view._list.index_of(task))
        poster = CardLayout.within(row, right=self.view.width() - EDGE).poster.center()
        self.bot.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=poster)

    def menu(self, task: int) -> dict[str, object]:
        return {entry.text(): entry for entry in self.panel.menu_for(self.studio.rows[task]).actions() if entry.text()}

    def take(self, task: int, label: str) -> None:
        menu = self.panel.menu_for(self.studio.rows[task])
        next(entry for entry in menu.actions() if entry.text() == label).trigger()

    def calls(self, *expected: tuple[object, ...]) -> None:
        self.bot.waitUntil(lambda: self.studio.calls == list(expected))

    def dialog(self) -> ReviewDialog:
        found = list[ReviewDialog]()
        self.bot.waitUntil(lambda: bool(found.extend(self.panel.findChildren(ReviewDialog)) or found))
        return found[0]


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Desk]:
    QAccessible.setActive(True)  # as with a screen reader that listens
    made = Desk(qtbot)
    yield made
    QAccessible.setActive(False)
    made.relay.mute()
    assert not made.errors


def test_nothing_running_is_said_quietly(desk: Desk) -> None:
    desk.open()
    label = desk.panel.findChild(QLabel, "nothing")
    assert label.text() == "Nothing running. Ctrl+Enter sends your prompt."
    desk.studio.put(task_in(Phase.WAITING, 1))
    desk.bot.waitUntil(desk.view.isVisible)
    assert not label.isVisible()


def test_every_row_is_there_for_a_screen_reader(desk: Desk) -> None:
    desk.open(task_in(Phase.UNKNOWN, 3), task_in(Phase.READY, 2), task_in(Phase.FAILED, 1))
    texts = desk.texts()
    assert [texts[row] for row in (0, 2, 4)] == ["Needs review · 1", "Ready · 1", "Failed · 1"]
    assert "May have been sent at" in texts[1]
    assert "Ready, not seen" in texts[3]
    assert "CONTENT_VIOLATION" in texts[5]


@pytest.mark.parametrize("phase", Phase)
def test_a_card_of_every_state_is_painted_without_a_complaint(desk: Desk, phase: Phase) -> None:
    desk.open(task_in(phase, 1))
    ground = QColor(theme.tokens().panel)
    picture = desk.panel.grab().toImage()
    assert picture.pixelColor(EDGE + 9, 33 + HEADING_HEIGHT + 12) == QColor(theme.tokens().stage)
    assert picture.pixelColor(4, 33 + HEADING_HEIGHT + 40) == ground


def test_cards_and_headings_keep_their_drawn_heights(desk: Desk) -> None:
    desk.open(task_in(Phase.PROCESSING, 2), task_in(Phase.READY, 1))
    assert [desk.view.rowHeight(row) for row in range(4)] == [HEADING_HEIGHT, CARD_HEIGHT] * 2
    desk.studio.put(task_in(Phase.WAITING, 3), task_in(Phase.READY, 2))
    desk.bot.waitUntil(lambda: desk.texts()[0] == "Waiting · 1")
    assert [desk.view.rowHeight(row) for row in range(5)] == [
        HEADING_HEIGHT,
        CARD_HEIGHT,
        HEADING_HEIGHT,
        CARD_HEIGHT,
        CARD_HEIGHT,
    ]


def test_a_poster_is_shown_letterboxed_once_it_has_been_read(desk: Desk, tmp_path: Path) -> None:
    poster = tmp_path / "poster.jpg"
    tall = QImage(90, 160, QImage.Format.Format_RGB32)
    tall.fill(QColor("#e05090"))
    assert tall.save(str(poster))
    desk.open(task_in(Phase.READY, 1, clips=(clip_in(ClipState.SAVED, 1, poster=poster),)))
    frame = CardLayout.within(desk.view.visualRect(desk.view._list.index(1)), right=372 - EDGE).poster

    def pixel(x: int) -> QColor:
        return desk.view.viewport().grab().toImage().pixelColor(x, frame.center().y())

    desk.bot.waitUntil(lambda: pixel(frame.center().x()).red() > 200)
    assert pixel(frame.left() + 4) == QColor(theme.tokens().stage)


def test_a_task_without_a_clip_shows_faintly_what_it_starts_from_and_says_so(desk: Desk, tmp_path: Path) -> None:
    picture = QImage(160, 90, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ffffff"))
    assert picture.save(str(tmp_path / "harbour.png"))
    images = (str(tmp_path / "harbour.png"),)
    desk.open(task_in(Phase.PROCESSING, 1, request=GenerationRequest("sora-2", "A boat.", media=first_pictures(*images))))
    frame = CardLayout.within(desk.view.visualRect(desk.view._list.index(1)), right=372 - EDGE).poster

    def shade() -> int:
        return desk.view.viewport().grab().toImage().pixelColor(frame.left() + 6, frame.center().y()).lightness()

    ground = QColor(theme.tokens().stage).lightness()
    desk.bot.waitUntil(lambda: ground + 50 < shade() < 200)
    assert "From harbour.png." in desk.texts()[1]


def test_a_picture_that_is_gone_leaves_the_frame_as_it_is(desk: Desk, tmp_path: Path) -> None:
    images = (str(tmp_path / "gone \udcff.png"),)
    desk.open(task_in(Phase.FAILED, 1, request=GenerationRequest("sora-2", "A boat.", media=first_pictures(*images))))
    desk.bot.waitUntil(lambda: not desk.view._posters._reading)
    assert desk.errors == []


def test_arrows_go_from_card_to_card_over_the_headings(desk: Desk) -> None:
    desk.open(task_in(Phase.PROCESSING, 3), task_in(Phase.READY, 2), task_in(Phase.FAILED, 1))
    desk.choose(3)
    desk.press(Qt.Key.Key_Down)
    assert desk.current() == 2
    desk.press(Qt.Key.Key_Down)
    assert desk.current() == 1
    desk.press(Qt.Key.Key_Up)
    assert desk.current() == 2
    assert [task.id for task in desk.selected] == [2, 1, 2]


@pytest.mark.parametrize(
    ("phase", "call"),
    [
        (Phase.PENDING, ("check_now", 1)),
        (Phase.LOST, ("check_now", 1)),
        (Phase.DOWNLOADING, ("pause", 1)),
        (Phase.UNSAVED, ("save_now", 1)),
    ],
)
def test_enter_does_the_main_action(desk: Desk, phase: Phase, call: tuple[object, ...]) -> None:
    desk.open(task_in(phase, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Return)
    desk.calls(call)


def test_a_stale_task_says_so_in_words_once_its_draft_has_moved_on(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1), task_in(Phase.WAITING, 2))
    assert not any("Stale" in text for text in desk.texts())
    desk.studio.stale_tasks = {1}
    desk.panel.texts_changed()
    desk.bot.waitUntil(lambda: "Stale: its draft has another text now" in desk.texts()[3])
    assert facts_of(desk.studio.rows[1], PROFILE, is_stale=True).startswith("Stale · Sora 2")
    desk.studio.stale_tasks = set()
    desk.panel.texts_changed()
    desk.bot.waitUntil(lambda: not any("Stale" in text for text in desk.texts()))


def test_enter_edits_what_waits(desk: Desk) -> None:
    changed = list[int]()
    desk.panel.commands.change_requested.connect(changed.append)
    desk.open(task_in(Phase.WAITING, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Return)
    assert changed == [1]
    assert desk.studio.calls == []


def test_enter_plays_what_is_ready(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Return)
    assert [task.id for task in desk.played] == [1]


def test_a_refused_prompt_goes_back_to_the_editor(desk: Desk) -> None:
    desk.open(task_in(Phase.FAILED, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Return)
    assert desk.used == [desk.studio.rows[1].request]
    assert not desk.studio.calls


def test_a_click_on_the_poster_plays(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.click_poster(1)
    assert [task.id for task in desk.played] == [1]


@pytest.mark.parametrize("phase", Phase)
def test_one_click_never_costs_anything(phase: Phase) -> None:
    assert poster_action(task_in(phase)) not in SPENDING
    assert poster_action(task_in(Phase.FAILED, fail_code="MODEL_UNAVAILABLE")) is None


def test_two_presses_send_again_once(desk: Desk) -> None:
    desk.open(task_in(Phase.FAILED, 1, fail_code="MODEL_UNAVAILABLE"))
    desk.choose(1)
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_Return)
    desk.calls(("resubmit", 1))


def test_del_takes_a_finished_task_off_and_goes_on_to_the_next(desk: Desk) -> None:
    desk.open(*(task_in(Phase.READY, number) for number in (1, 2, 3)))
    desk.choose(2)
    desk.press(Qt.Key.Key_Delete)
    desk.calls(("trash", 2))
    desk.bot.waitUntil(lambda: len(desk.texts()) == 3)
    assert desk.current() in (1, 3)


def test_del_puts_a_waiting_task_into_the_trash_without_cancelling_it(desk: Desk) -> None:
    desk.open(task_in(Phase.WAITING, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Delete)
    desk.calls(("trash", 1))


def test_an_unclear_task_cannot_be_swept_away_by_del(desk: Desk) -> None:
    desk.open(task_in(Phase.UNKNOWN, 1))
    desk.choose(1)
    desk.press(Qt.Key.Key_Delete)
    assert not desk.studio.calls


def test_the_menu_copies(desk: Desk) -> None:
    desk.open(task_in(Phase.PROCESSING, 7))
    desk.take(7, "Copy id")
    assert QGuiApplication.clipboard().text() == "task_7"
    desk.take(7, "Copy prompt")
    assert QGuiApplication.clipboard().text() == "Slow dolly in along a wooden pier"


@pytest.mark.parametrize(
    ("phase", "label", "call"),
    [
        (Phase.PROCESSING, "Check now", ("check_now", 1)),
        (Phase.PROCESSING, "Hide from list (still followed and saved)", ("trash", 1)),
        (Phase.UNKNOWN, "Again (price unknown, may be charged twice)", ("resubmit", 1)),
        (Phase.UNKNOWN, "Discard", ("discard", 1)),
        (Phase.MISSING, "Save now", ("save_now", 1)),
        (Phase.FAILED, "Again", ("resubmit", 1)),
    ],
)
def test_the_menu_calls_the_studio(desk: Desk, phase: Phase, label: str, call: tuple[object, ...]) -> None:
    desk.open(task_in(phase, 1))
    desk.take(1, label)
    desk.calls(call)


def test_what_was_kept_is_saved_as_it_is_from_the_menu(desk: Desk) -> None:
    kept = clip_in(ClipState.REMOTE, 1, path=Path("films/1.kept"), trouble="The service sent a web page, not a film.")
    desk.open(task_in(Phase.UNSAVED, 1, clips=(kept,)))
    desk.take(1, "Save as it is")
    desk.calls(("save_as_it_is", 1))


def test_the_menu_key_opens_the_menu_of_the_current_card(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.choose(1)
    asked = list[tuple[Task, QPoint]]()
    desk.view.menu_requested.connect(lambda task, place: asked.append((task, place)))
    desk.bot.keyClick(desk.view, Qt.Key.Key_Menu)
    desk.view.menu_requested.emit(desk.studio.rows[1], QPoint(10, 10))
    menus = [menu for menu in desk.panel.findChildren(QMenu) if menu.isVisible()]
    assert menus
    assert menus[-1].actions()[0].text() == "Play"
    for menu in menus:
        menu.close()


class Review:
    """The dialog of an unclear task, as a person reads and uses it."""

    def __init__(self, desk: Desk, task: Task) -> None:
        self._bot = desk.bot
        desk.open(task)
        desk.choose(task.id)
        desk.press(Qt.Key.Key_Return)
        self.dialog = desk.dialog()
        self.field = self.dialog.findChild(QLineEdit)

    def button(self, words: str) -> QPushButton:
        return next(button for button in self.dialog.findChildren(QPushButton) if button.text() == words)

    def reads(self, words: str) -> bool:
        return any(words in label.text() for label in self.dialog.findChildren(QLabel) if label.isVisibleTo(self.dialog))

    def check(self, task_id: str) -> None:
        self.field.clear()
        self._bot.keyClicks(self.field, task_id)
        self.button("Check").click()


def test_review_checks_an_id_with_the_service_and_then_attaches_it(desk: Desk) -> None:
    desk.studio.remote["task_99"] = RemoteStatus(TaskState.SUCCESS, result_urls=("https://films.example/1.mp4",))
    review = Review(desk, task_in(Phase.UNKNOWN, 1))
    assert not review.button("Attach id").isEnabled()
    assert not review.button("Check").isEnabled()
    review.check(" task_99 ")
    desk.bot.waitUntil(lambda: review.reads("It is done with 1 clip"))
    assert desk.studio.calls == [("look_up", 1, "task_99")], "looking changes nothing"
    desk.studio.can_attach = False
    review.button("Attach id").click()
    desk.bot.waitUntil(lambda: review.reads("cannot be attached"))
    desk.studio.can_attach = True
    with desk.bot.waitSignal(review.dialog.accepted):
        review.button("Attach id").click()
    assert desk.studio.calls[1:] == [("attach", 1, "task_99")] * 2


def test_review_refuses_what_the_service_does_not_know_and_any_other_id_is_checked_anew(desk: Desk) -> None:
    desk.studio.remote["task_99"] = RemoteStatus(TaskState.PROCESSING)
    desk.studio.remote["task_offline"] = ConnectionFailed()
    review = Review(desk, task_in(Phase.UNKNOWN, 1))
    review.check("task_1")
    desk.bot.waitUntil(lambda: review.reads("does not know this id"))
    review.check("task_offline")
    desk.bot.waitUntil(lambda: review.reads("cannot be reached"))
    assert not review.button("Attach id").isEnabled()
    review.check("task_99")
    desk.bot.waitUntil(lambda: review.button("Attach id").isEnabled())
    desk.bot.keyClicks(review.field, "9")
    assert not review.button("Attach id").isEnabled()
    assert not review.reads("being made")
    review.dialog.reject()


def test_an_answer_that_comes_after_the_dialog_was_closed_harms_nothing(desk: Desk) -> None:
    review = Review(desk, task_in(Phase.UNKNOWN, 1))
    review.check("task_1")
    review.dialog.reject()
    desk.calls(("look_up", 1, "task_1"))


def test_review_says_when_what_the_balance_did_and_what_again_costs(desk: Desk) -> None:
    facts = {"balance_before_usd": 74.87, "balance_after_usd": 74.37, "measured_usd": 0.5, "estimated_usd": 0.45}
    review = Review(desk, task_in(Phase.UNKNOWN, 1, **facts))
    assert review.reads("May have been sent at")
    assert review.reads("The balance was $74.87 before and $74.37 after: it fell $0.50.")
    review.button("Again · about $0.45").click()
    desk.calls(("resubmit", 1))


def test_nothing_in_the_review_is_cut_off_when_the_service_has_answered(desk: Desk) -> None:
    desk.studio.remote["task_99"] = RemoteStatus(TaskState.FAILED, fail_message="A long reason. " * 20)
    review = Review(desk, task_in(Phase.UNKNOWN, 1, estimated_usd=0.5))
    review.check("task_99")
    desk.bot.waitUntil(lambda: review.reads("A long reason."))
    desk.bot.waitUntil(lambda: all(_has_room(widget) for widget in review.dialog.findChildren(QLabel)))
    assert all(button.width() >= button.sizeHint().width() for button in review.dialog.findChildren(QPushButton))
    review.dialog.reject()


def _has_room(label: QLabel) -> bool:
    return label.height() >= label.heightForWidth(label.width())


def test_review_of_a_task_without_a_price_says_so(desk: Desk) -> None:
    review = Review(desk, task_in(Phase.UNKNOWN, 1))
    assert review.reads("What it was before and after is not known.")
    assert review.button("Again · price unknown")
    review.dialog.reject()


def test_review_can_put_aside(desk: Desk) -> None:
    desk.open(task_in(Phase.UNKNOWN, 1))
    desk.take(1, "Attach id…")
    next(button for button in desk.dialog().findChildren(QPushButton) if button.text() == "Discard").click()
    desk.calls(("discard", 1))


def test_the_selection_follows_its_task_into_another_section(desk: Desk) -> None:
    desk.open(task_in(Phase.PROCESSING, 2), task_in(Phase.READY, 1))
    desk.choose(2)
    desk.selected.clear()
    desk.studio.put(task_in(Phase.READY, 2))
    desk.bot.waitUntil(lambda: "Ready · 2" in desk.texts())
    assert desk.current() == 2
    assert desk.view.selectionModel().isSelected(desk.view.currentIndex())
    assert not desk.selected


@pytest.mark.parametrize("count", [3, 300])
def test_what_comes_above_does_not_move_what_is_looked_at(desk: Desk, count: int) -> None:
    desk.open(*(task_in(Phase.READY, number) for number in range(1, 101)))
    desk.view.scrollTo(desk.view._list.index_of(50), desk.view.ScrollHint.PositionAtCenter)
    before = desk.top_of(50)
    phases = (Phase.WAITING, Phase.PROCESSING, Phase.UNKNOWN)
    desk.studio.put(*(task_in(phases[number % 3], number) for number in range(201, 201 + count)))
    desk.bot.waitUntil(lambda: desk.view._list.rowCount() == 101 + count + 3)
    assert desk.top_of(50) == before


def test_at_the_top_new_tasks_come_into_sight(desk: Desk) -> None:
    desk.open(*(task_in(Phase.READY, number) for number in range(1, 101)))
    desk.studio.put(task_in(Phase.PROCESSING, 200))
    desk.bot.waitUntil(lambda: desk.texts()[0].startswith("Running · 1"))
    assert desk.view.verticalScrollBar().value() == 0
    assert desk.top_of(200) == HEADING_HEIGHT


def test_a_task_can_be_chosen_before_it_has_arrived(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.panel.select(2)
    desk.studio.put(task_in(Phase.WAITING, 2))
    desk.bot.waitUntil(lambda: desk.current() == 2)


def test_a_choice_made_meanwhile_holds_against_a_task_that_arrives(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.panel.select(2)
    desk.bot.keyClick(desk.view, Qt.Key.Key_Down)
    desk.studio.put(task_in(Phase.WAITING, 2))
    desk.bot.waitUntil(lambda: desk.texts()[0].startswith("Waiting"))
    assert desk.current() == 1


def test_what_is_on_the_screen_is_asked_for_first(desk: Desk) -> None:
    desk.open(*(task_in(Phase.PROCESSING, number) for number in range(1, 101)))
    desk.bot.waitUntil(lambda: 100 in desk.studio.visible)
    assert 1 not in desk.studio.visible
    desk.view.scrollToBottom()
    assert 1 in desk.studio.visible
    desk.panel.hide()
    assert desk.studio.visible == frozenset()


def test_clocks_run_only_for_what_runs_and_is_seen(desk: Desk) -> None:
    desk.open(task_in(Phase.PROCESSING, 1))
    desk.bot.waitUntil(desk.view._visible.ticking.isActive)
    desk.panel.hide()
    assert not desk.view._visible.ticking.isActive()
    desk.panel.show()
    assert desk.view._visible.ticking.isActive()
    desk.studio.put(task_in(Phase.READY, 1))
    desk.bot.waitUntil(lambda: not desk.view._visible.ticking.isActive())


def test_the_filter_says_what_it_shows(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    button = desk.panel.findChild(QToolButton)
    assert [entry.text() for entry in button.menu().actions()] == [
        "All",
        "Needs review",
        "Running",
        "Waiting",
        "Ready",
        "Failed",
    ]
    button.menu().actions()[-1].trigger()
    assert button.text() == "Failed ▾"
    assert desk.panel.findChild(QLabel, "nothing").text() == "No task is under “Failed”."
    desk.studio.put(replace(task_in(Phase.FAILED, 2), seen_at=NOW))
    desk.bot.waitUntil(lambda: desk.texts()[:1] == ["Failed · 1"])


def test_a_prompt_is_never_read_as_markup(desk: Desk) -> None:
    desk.open(task_in(Phase.UNKNOWN, 1, prompt="<b>Bold</b> & <img src=x>"))
    assert desk.texts()[1].startswith("<b>Bold</b> & <img src=x>. ")
    desk.take(1, "Review…")
    title = desk.dialog().findChildren(QLabel)[0]
    assert (title.text(), title.textFormat()) == ("<b>Bold</b> & <img src=x>", Qt.TextFormat.PlainText)
    desk.dialog().reject()


def test_enter_with_control_is_left_to_the_window(desk: Desk) -> None:
    desk.open(task_in(Phase.READY, 1))
    desk.choose(1)
    desk.bot.keySequence(desk.view, QKeySequence("Ctrl+Return"))
    assert not desk.played
