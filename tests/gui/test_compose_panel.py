"""The composer as a person meets it: typing, choosing, pasting pictures, pressing Generate."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QAction, QColor, QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.events import ConnectionChanged, EventBus
from sora_studio.domain.profile import Price
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.address_field import AddressField
from sora_studio.ui.compose.controls import CheckChip, GenerateButton, MenuChip, SegmentButton
from sora_studio.ui.compose.image_well import ImageWell
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.task_scope import TaskScope
from sora_studio.viewmodels.event_relay import EventRelay
from tests.doubles.compose_studio import ComposeStudio, shipped_profile

W = TypeVar("W", bound=QWidget)
EARLIER = Draft(7, GenerationRequest("sora-2", "An earlier prompt", {"duration": 15}, "value"), takes=3, caret=4)


class Desk:
    """The panel on a screen with a studio behind it, and what a person can see and do there."""

    def __init__(self, qtbot: QtBot, studio: ComposeStudio) -> None:
        self.bot, self.studio = qtbot, studio
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _: self.errors.append(error))
        self.panel = ComposePanel(self.scope)
        self.events, self.relay = EventBus(), EventRelay()
        self.relay.listen(self.events)
        self.submitted, self.keys_needed = list[int](), list[bool]()
        self.panel.submitted.connect(lambda tasks: self.submitted.append(len(tasks)))
        self.panel.key_needed.connect(lambda: self.keys_needed.append(True))
        qtbot.addWidget(self.panel)
        self.panel.resize(1100, 400)
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitActive(self.panel)
        self.editor.setFocus()

    def attach(self) -> None:
        self.panel.attach(self.studio, self.relay)  # type: ignore[arg-type]  # shaped like a studio
        self.bot.waitUntil(self.generate.isEnabled)

    @property
    def editor(self) -> PromptEditor:
        return self.one(PromptEditor, "Prompt")

    @property
    def generate(self) -> GenerateButton:
        return self.one(GenerateButton, "Generate")

    def all(self, kind: type[W]) -> list[W]:
        return [widget for widget in self.panel.findChildren(kind) if widget.isVisible()]

    def one(self, kind: type[W], name: str) -> W:
        found = [widget for widget in self.all(kind) if widget.accessibleName() == name]
        assert len(found) == 1, f"{name!r} among {[widget.accessibleName() for widget in self.all(kind)]}"
        return found[0]

    def reads(self, words: str) -> bool:
        return any(words in label.text() for label in self.all(QLabel))

    def action(self, chip: str, words: str) -> QAction:
        menu = self.one(MenuChip, chip).menu()
        return next(action for action in menu.actions() if words in action.text())

    def wells(self) -> list[ImageWell]:
        return self.all(ImageWell)

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def requests(self) -> list[GenerationRequest]:
        return [request for request, _ in self.studio.submission.submitted]


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, ComposeStudio(tmp_path / "data"))
    yield made
    loop.run_until_complete(made.scope.close())
    assert made.errors == []


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(QColor("orange"))
    path = tmp_path / "harbour & <b>pier.png"
    assert image.save(str(path))
    return path


# --- generating ---------------------------------------------------------------------------------------------------------


def test_ctrl_enter_sends_the_prompt_with_the_profiles_defaults_and_leaves_it_standing(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A misty harbour")
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests() == [
        GenerationRequest(
            "sora-2",
            "A misty harbour",
            {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True},
            "auto",
        )
    ]
    assert desk.editor.text() == "A misty harbour"
    assert desk.editor.hasFocus()


def test_every_control_ends_up_in_the_request(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.one(SegmentButton, "Duration 15 s"))
    desk.click(desk.one(SegmentButton, "Aspect ratio Portrait"))
    desk.click(desk.one(CheckChip, "No watermark"))
    desk.action("Route auto", "Official").trigger()
    desk.action("Takes ×1", "×4").trigger()
    assert desk.editor.hasFocus()  # clicking an option is no reason to leave the text
    assert desk.generate.text() == "Generate 4"
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [4])
    assert desk.requests()[0].options == {"duration": 15, "aspect_ratio": "portrait", "remove_watermark": False}
    assert desk.requests()[0].route == "official"


def test_pressing_twice_while_the_tasks_are_being_kept_is_one_order(desk: Desk) -> None:
    desk.attach()
    desk.studio.submission.committing = asyncio.Event()
    QTest.keyClicks(desk.editor, "A")
    for _ in range(3):
        QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: bool(desk.requests()))
    desk.click(desk.generate)
    desk.studio.submission.committing.set()
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert len(desk.requests()) == 1
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1, 1])


def test_a_double_click_is_one_order(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    with desk.bot.assertNotEmitted(desk.generate.clicked):
        QTest.mouseDClick(desk.generate, Qt.MouseButton.LeftButton)  # what Qt sends in place of the second press
        QTest.mouseRelease(desk.generate, Qt.MouseButton.LeftButton)
    desk.bot.waitUntil(lambda: desk.submitted == [1])


def test_without_a_key_the_press_asks_for_one_and_sends_nothing(desk: Desk) -> None:
    desk.studio.credentials.has_key = False
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    assert desk.keys_needed == [True]
    assert desk.requests() == []


def test_an_empty_prompt_is_explained_under_the_editor_which_gets_the_caret(desk: Desk) -> None:
    desk.attach()
    desk.generate.setFocus()
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads("The prompt is empty."))
    assert desk.editor.hasFocus()
    QTest.keyClicks(desk.editor, "A")
    assert not desk.reads("The prompt is empty.")


def test_offline_the_button_queues(desk: Desk) -> None:
    desk.attach()
    desk.events.publish(ConnectionChanged(online=False))
    assert desk.generate.text() == "Queue for later"
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    desk.events.publish(ConnectionChanged(online=True))
    assert desk.generate.text() == "Generate"


def test_the_button_names_a_price_when_the_profile_knows_one(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    priced = replace(shipped_profile(), prices=(Price({"duration": 10}, 0.5), Price({"duration": 15}, 0.75)))
    desk = Desk(qtbot, ComposeStudio(tmp_path, priced))
    desk.attach()
    assert desk.generate.text() == "Generate · ≈ $0.50"
    desk.click(desk.one(SegmentButton, "Duration 15 s"))
    desk.action("Takes ×1", "×2").trigger()
    assert desk.generate.text() == "Generate 2 · ≈ $1.50"
    loop.run_until_complete(desk.scope.close())


# --- the prompt and its draft -------------------------------------------------------------------------------------------


def test_the_counter_turns_into_a_warning_in_words_above_the_limit(desk: Desk) -> None:
    desk.attach()
    desk.editor.replace("🙂" * 10_000)
    assert desk.reads("10,000 / 10,000")
    assert not desk.reads("over")
    QTest.keyClicks(desk.editor, "abc")
    assert desk.reads("10,003 / 10,000")
    assert desk.reads("3 over")
    assert desk.one(QLabel, "Length").accessibleDescription() == "10,003 / 10,000, 3 over"
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads("10,003 characters, 3 more than the 10,000 allowed"))
    assert desk.requests() == []


def test_the_last_draft_is_back_with_caret_options_and_takes(desk: Desk) -> None:
    desk.studio.library.draft = EARLIER
    desk.attach()
    assert desk.editor.text() == "An earlier prompt"
    assert desk.editor.caret() == 4
    assert desk.one(SegmentButton, "Duration 15 s").isChecked()
    assert desk.one(MenuChip, "Route value").isVisible()
    assert desk.generate.text() == "Generate 3"
    desk.editor.undo()
    assert desk.editor.text() == "An earlier prompt"


def test_typing_before_the_studio_is_there_survives_and_the_earlier_draft_is_one_undo_away(desk: Desk) -> None:
    desk.studio.library.draft = EARLIER
    desk.studio.library.opening = asyncio.Event()
    QTest.keyClicks(desk.editor, "A new ")
    desk.panel.attach(desk.studio, desk.relay)  # type: ignore[arg-type]
    QTest.keyClicks(desk.editor, "idea")
    desk.studio.library.opening.set()
    desk.bot.waitUntil(desk.generate.isEnabled)
    QTest.keyClicks(desk.editor, "!")
    assert desk.editor.text() == "A new idea!"
    desk.bot.waitUntil(lambda: bool(desk.studio.library.saved))
    assert desk.studio.library.saved[-1].request.prompt == "A new idea!"
    while desk.editor.text() not in ("", EARLIER.request.prompt):
        desk.editor.undo()
    assert desk.editor.text() == EARLIER.request.prompt


def test_what_is_typed_is_saved_by_itself_and_the_header_says_when(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A misty harbour")
    desk.bot.waitUntil(lambda: desk.reads("saved "), timeout=1500)
    kept = desk.studio.library.saved[-1]
    assert (kept.request.prompt, kept.caret) == ("A misty harbour", 15)
    assert desk.reads("A misty harbour")


def test_flushing_saves_at_once(desk: Desk, loop: StudioEventLoop) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    loop.run_until_complete(desk.panel.flush())
    assert [draft.request.prompt for draft in desk.studio.library.saved] == ["A"]


def test_a_draft_that_cannot_be_saved_says_so(desk: Desk, loop: StudioEventLoop) -> None:
    desk.attach()
    desk.studio.library.failure = StorageFull()
    QTest.keyClicks(desk.editor, "A")
    loop.run_until_complete(desk.panel.flush())
    assert desk.reads("Not saved yet: The disk is full.")


def test_using_a_request_again_fills_everything_and_undo_brings_the_old_text_back(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "Mine")
    desk.panel.use(GenerationRequest("sora-2", "Theirs", {"duration": 15}, "value", ("https://example.org/a.png",)))
    assert desk.editor.text() == "Theirs"
    assert desk.one(SegmentButton, "Duration 15 s").isChecked()
    assert [well.accessibleName() for well in desk.wells()] == ["Image example.org"]
    desk.editor.undo()
    assert desk.editor.text() == "Mine"


def test_a_picture_dropped_before_the_studio_is_there_stays(desk: Desk, picture: Path) -> None:
    desk.studio.library.draft = EARLIER
    drop(desk.wells()[0], files(picture))
    desk.attach()
    assert [well.source for well in desk.wells()] == [str(picture)]
    assert desk.editor.text() == EARLIER.request.prompt


def test_pasting_what_is_no_picture_leaves_the_one_that_is_there(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    QGuiApplication.clipboard().setText("only words")
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [well.source for well in desk.wells()] == [str(picture)]


@pytest.mark.parametrize("typed", ["", "Mine"])
def test_the_demos_prompt_waits_only_in_an_empty_editor(desk: Desk, typed: str) -> None:
    QTest.keyClicks(desk.editor, typed)
    desk.panel.set_demo_prompt("Try this")
    desk.attach()
    assert desk.editor.text() == (typed or "Try this")


# --- chips --------------------------------------------------------------------------------------------------------------


def test_arrow_keys_move_within_a_segment_and_tab_visits_everything_in_order(desk: Desk) -> None:
    desk.attach()
    visited = list[str]()
    for _ in range(7):
        QTest.keyClick(QApplication.focusWidget() or desk.editor, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused.accessibleName() or getattr(focused, "text", str)())
    assert visited == [
        "Add an image",
        "Duration 10 s",
        "Aspect ratio Landscape",
        "No watermark",
        "Route auto",
        "Takes ×1",
        "Generate",
    ]
    landscape = desk.one(SegmentButton, "Aspect ratio Landscape")
    landscape.setFocus()
    QTest.keyClick(landscape, Qt.Key.Key_Right)
    portrait = desk.one(SegmentButton, "Aspect ratio Portrait")
    assert portrait.isChecked()
    assert portrait.hasFocus()


def test_each_route_is_explained_in_its_menu(desk: Desk) -> None:
    desk.attach()
    actions = desk.one(MenuChip, "Route auto").menu().actions()
    assert [action.text().partition(":")[0] for action in actions] == ["Auto", "Value", "Official"]
    assert [action.isChecked() for action in actions] == [True, False, False]
    assert all(action.text().endswith(".") for action in actions)


def test_the_model_can_be_chosen_when_there_is_a_choice(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    desk = Desk(qtbot, ComposeStudio(tmp_path, shipped_profile(), shipped_profile("sora-2-pro")))
    desk.attach()
    desk.action("Sora 2", "Sora 2 Pro").trigger()
    assert desk.one(SegmentButton, "Resolution 1080p").isVisible()
    assert desk.reads("0 / 5,000")
    assert not [chip for chip in desk.all(MenuChip) if chip.accessibleName().startswith("Route")]
    loop.run_until_complete(desk.scope.close())


def test_with_one_model_there_is_no_chooser(desk: Desk) -> None:
    desk.attach()
    assert [chip.accessibleName() for chip in desk.all(MenuChip)] == ["Route auto", "Takes ×1"]


@pytest.mark.parametrize("width", [1100, 900, 728, 640])
def test_nothing_overlaps_or_is_cut_off_at_any_width(desk: Desk, width: int) -> None:
    desk.attach()
    desk.panel.resize(width, 400)
    desk.bot.waitUntil(lambda: desk.panel.width() == width)
    controls: list[QWidget] = [
        *desk.wells(),
        *desk.all(SegmentButton),
        *desk.all(CheckChip),
        *desk.all(MenuChip),
        desk.generate,
    ]
    places = [widget.rect().translated(widget.mapTo(desk.panel, QPoint(0, 0))) for widget in controls]
    for number, place in enumerate(places):
        assert desk.panel.rect().contains(place)
        assert place.width() >= controls[number].sizeHint().width()
        assert not any(place.intersects(other) for other in places[number + 1 :])


# --- pictures -----------------------------------------------------------------------------------------------------------


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def heard(well: ImageWell) -> str:
    """What a screen reader adds to the name; a tool tip takes its place when there is nothing."""
    return QAccessible.queryAccessibleInterface(well).text(QAccessible.Text.Description)


def drop(well: ImageWell, mime: QMimeData) -> None:
    action, button, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(8, 8), action, mime, button, no_keys)
    QApplication.sendEvent(well, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(well, QDropEvent(QPointF(8, 8), action, mime, button, no_keys))


def test_a_dropped_picture_is_shown_named_and_sent_and_del_takes_it_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    desk.bot.waitUntil(lambda: desk.wells()[0].accessibleName() == f"Image {picture.name}, 320 by 180")
    [well] = desk.wells()
    assert "&lt;b&gt;pier" in well.toolTip()
    assert "320 × 180" in well.toolTip()
    assert heard(well).startswith("harbour & <b>pier.png · 320 × 180")
    assert QColor(well.grab().toImage().pixel(32, 22)) == QColor("orange")
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].images == (str(picture),)
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Delete)
    assert desk.one(ImageWell, "Add an image").hasFocus()


def test_the_small_cross_takes_a_picture_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    well = desk.wells()[0]
    QTest.mouseMove(well, QPoint(20, 20))
    cross = next(child for child in well.findChildren(QWidget) if child.accessibleName() == "Remove image")
    desk.bot.waitUntil(cross.isVisible)
    desk.click(cross)
    assert desk.one(ImageWell, "Add an image").isVisible()


def test_pasted_pixels_are_kept_as_one_png_however_often(desk: Desk) -> None:
    desk.attach()
    pixels = QImage(64, 48, QImage.Format.Format_RGB32)
    pixels.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(pixels)
    desk.editor.paste()
    folder = desk.studio.data_dir / "pasted"
    desk.bot.waitUntil(lambda: desk.wells()[0].source is not None)
    well = desk.wells()[0]
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Delete)
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    desk.bot.waitUntil(lambda: desk.wells()[0].source is not None)
    [kept] = folder.iterdir()
    assert desk.wells()[0].source == str(kept)
    assert QImage(str(kept)).pixelColor(5, 5) == QColor("teal")
    assert desk.editor.text() == ""


def test_a_file_is_chosen_in_a_dialog_that_holds_nothing_up(desk: Desk, picture: Path) -> None:
    desk.attach()
    desk.click(desk.wells()[0])
    dialog = desk.panel.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert "*.jpg *.jpeg *.png *.webp" in dialog.nameFilters()[0]
    dialog.filesSelected.emit([str(picture)])
    dialog.close()
    assert desk.wells()[0].source == str(picture)


def test_an_address_is_entered_inline(desk: Desk) -> None:
    desk.attach()
    desk.wells()[0].address_wanted.emit()
    field = desk.one(AddressField, "Image address")
    assert field.hasFocus()
    QTest.keyClicks(field, "example.org/a.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.reads("begins with https://")
    field.setText("https://example.org/a.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()
    assert not desk.reads("begins with https://")
    assert desk.wells()[0].source == "https://example.org/a.png"


def test_escape_leaves_the_picture_as_it_was(desk: Desk) -> None:
    desk.attach()
    desk.wells()[0].address_wanted.emit()
    field = desk.one(AddressField, "Image address")
    QTest.keyClicks(field, "https://exa")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert desk.all(AddressField) == []
    assert desk.wells()[0].source is None


def test_a_picture_that_will_not_do_is_explained_at_once_beside_the_well(desk: Desk, tmp_path: Path) -> None:
    desk.attach()
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    desk.studio.submission.image_problem = "notes.txt is no picture."
    drop(desk.wells()[0], files(text))
    desk.bot.waitUntil(lambda: desk.reads("notes.txt is no picture."))
    assert heard(desk.wells()[0]) == "notes.txt is no picture."
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(desk.wells()[0].hasFocus)
    assert desk.requests() == []
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    assert not desk.reads("notes.txt is no picture.")


def test_too_many_pictures_are_all_shown_so_that_some_can_be_taken_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    other = picture.with_name("other.png")
    other.write_bytes(picture.read_bytes())
    drop(desk.wells()[0], files(picture, other))
    desk.bot.waitUntil(lambda: desk.reads("2 given, 1 too many"))
    assert len(desk.wells()) == 2
    desk.wells()[1].setFocus()
    QTest.keyClick(desk.wells()[1], Qt.Key.Key_Delete)
    assert [well.source for well in desk.wells()] == [str(picture)]
    assert not desk.reads("too many")


def test_a_model_without_pictures_shows_no_well(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    textual = replace(shipped_profile(), modes=("text-to-video",), images=None)
    desk = Desk(qtbot, ComposeStudio(tmp_path, textual))
    desk.attach()
    assert desk.wells() == []
    loop.run_until_complete(desk.scope.close())


def test_the_wells_menu_offers_every_way_in_words(desk: Desk) -> None:
    desk.attach()
    QGuiApplication.clipboard().clear()
    well = desk.wells()[0]
    where = well.mapToGlobal(QPoint(4, 4))
    QApplication.sendEvent(well, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(4, 4), where))
    menu = well.findChild(QMenu)
    assert isinstance(menu, QMenu)
    desk.bot.waitUntil(menu.isVisible)
    shown = [(action.text(), action.isEnabled()) for action in menu.actions()]
    menu.close()
    assert shown == [("Choose a file…", True), ("Paste image", False), ("Paste address…", True)]


# --- the same once more -------------------------------------------------------------------------------------------------

QUESTION = "You sent exactly this 12 s ago. Send it again?"


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """A second press of the same request; the question stands."""
    desk.studio.submission.minds_repetition = True
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    press(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    press(desk)
    desk.bot.waitUntil(lambda: desk.reads(QUESTION))
    return desk


def press(desk: Desk) -> None:
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_a_second_press_of_the_same_asks_and_sends_nothing(asked: Desk) -> None:
    assert len(asked.requests()) == 1
    assert asked.editor.hasFocus(), "whoever hammers Enter answers nothing"
    for presses in range(2, 7):
        press(asked)
        asked.bot.waitUntil(lambda presses=presses: asked.studio.submission.minded == presses and asked.reads(QUESTION))
    assert len(asked.requests()) == 1


def test_send_again_sends_once_and_the_question_is_gone(asked: Desk) -> None:
    (again,) = [button for button in asked.all(QPushButton) if button.text() == "Send again"]
    asked.click(again)
    asked.bot.waitUntil(lambda: asked.submitted == [1, 1])
    assert not asked.reads(QUESTION)
    assert asked.requests()[0] == asked.requests()[1]


def test_dont_takes_the_question_away(asked: Desk) -> None:
    asked.click(asked.one(QPushButton, "Don't send again"))
    assert not asked.reads(QUESTION)
    assert len(asked.requests()) == 1


@pytest.mark.parametrize("what", ["typing", "an option", "takes", "another request", "Esc", "going elsewhere"])
def test_anything_else_is_a_no(asked: Desk, what: str) -> None:
    elsewhere = QLineEdit()
    asked.bot.addWidget(elsewhere)
    actions = {
        "typing": lambda: QTest.keyClicks(asked.editor, "!"),
        "an option": lambda: asked.click(asked.one(SegmentButton, "Duration 15 s")),
        "takes": lambda: asked.action("Takes ×1", "×4").trigger(),
        "another request": lambda: asked.panel.use(EARLIER.request),
        "Esc": asked.panel.dismiss_question,
        "going elsewhere": lambda: QApplication.instance().focusChanged.emit(asked.editor, elsewhere),
    }
    actions[what]()
    assert not asked.reads(QUESTION)
    assert asked.submitted == [1]


def test_what_was_changed_after_the_question_is_sent_without_another(asked: Desk) -> None:
    QTest.keyClicks(asked.editor, "!")
    press(asked)
    asked.bot.waitUntil(lambda: asked.submitted == [1, 1])
    assert [request.prompt for request in asked.requests()] == ["A", "A!"]
