"""What the window shows, as a person meets it: with and without a studio, wide and narrow, by keyboard and by name."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QDesktopServices, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.clock import Clock
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import InvalidSetting, KeyMissing, RequestRepeated
from sora_studio.domain.events import BalanceChanged, NoticeAction, NoticeLevel, NoticeRaised, RelayChanged, SpendingChanged
from sora_studio.domain.money import DaySpend
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import Settings, Theme
from sora_studio.domain.task import Phase
from sora_studio.services.callbacks.reports import RelayState
from sora_studio.storage.secrets import KeyStores
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.compose.send_question import SendQuestion
from sora_studio.ui.kit import theme
from sora_studio.ui.settings.clips_section import ClipsSection
from sora_studio.ui.settings.pictures_section import NEEDED, PicturesSection
from sora_studio.ui.settings.relay_section import RelaySection
from sora_studio.ui.window.main_view import MainView
from tests.doubles.no_keys import NoKeys
from tests.doubles.task_studio import clip_in, task_in

DEAD_END = "http://127.0.0.1:9"
"""The discard port: nobody answers, and nothing leaves the machine."""


@pytest.fixture
def open_window(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Callable[..., MainView]]:
    """Makes and shows windows, and ends them in order: what runs for a window goes before the window."""
    opened: list[MainView] = []

    def open_one(*, demo: bool = False, state: QSettings | None = None) -> MainView:
        window = MainView(Settings(), demo=demo)
        opened.append(window)
        if state is None:
            window.resize(1600, 1000)
        else:
            window.restore(state)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window

    yield open_one
    for window in opened:
        loop.run_until_complete(window.finish())
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[..., MainView]) -> MainView:
    return open_window()


@pytest.fixture
def studio(loop: StudioEventLoop, tmp_path: Path) -> Iterator[Studio]:
    """A real one without a key: it asks nobody for anything."""
    keys = KeyStores(api_key=NoKeys())
    opening = open_studio(data_dir=tmp_path, base_url=DEAD_END, output_dir=tmp_path / "clips", keys=keys)
    yield loop.run_until_complete(opening.__aenter__())
    loop.run_until_complete(opening.__aexit__(None, None, None))


def named(window: QWidget, name: str) -> QWidget:
    return next(widget for widget in window.findChildren(QWidget) if widget.accessibleName() == name)


def names_of(panel: QWidget) -> list[str]:
    return [widget.accessibleName() for widget in panel.findChildren(QWidget)]


def button(window: QWidget, text: str) -> QPushButton:
    return next(found for found in window.findChildren(QPushButton) if found.text() == text and found.isVisible())


def texts(window: QWidget) -> set[str]:
    return {label.text() for label in window.findChildren(QLabel) if label.isVisible() and label.text()}


def focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.isVisibleTo(window)
    ]


def test_it_is_usable_before_there_is_a_studio(window: MainView, qtbot: QtBot) -> None:
    editor = named(window, "Prompt")
    assert isinstance(editor, PromptEditor)
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "A harbour at dawn")
    assert editor.text() == "A harbour at dawn"
    assert window.status_bar.words() == "Starting"


def test_it_is_laid_out_as_drawn(window: MainView) -> None:
    assert (window.top_bar.height(), window.status_bar.height()) == (44, 28)
    assert window.tasks.width() == 372
    assert window.stage.mapTo(window, QPoint()).y() < window.compose.mapTo(window, QPoint()).y()
    assert window.tasks.mapTo(window, window.tasks.rect().topRight()).x() == window.width() - 1
    assert 0.5 < window.stage.height() / (window.stage.height() + window.compose.height()) < 0.58


def test_every_control_has_a_name(window: MainView, studio: Studio, loop: StudioEventLoop, qtbot: QtBot) -> None:
    window.attach(studio)
    window.notices.raise_notice(NoticeRaised("test", NoticeLevel.ERROR, "Trouble.", NoticeAction.RETRY))
    qtbot.waitUntil(lambda: "No key" in window.status_bar.words())
    unnamed = [
        widget
        for widget in focusable(window)
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert unnamed == []
    names = {widget.accessibleName() for widget in window.findChildren(QWidget)}
    assert {"Prompt", "Generate", "Tasks", "Player", "Settings", "Status"} <= names


def test_without_a_key_one_banner_offers_both_ways(
    window: MainView, studio: Studio, qtbot: QtBot, loop: StudioEventLoop
) -> None:
    window.attach(studio)
    assert any("needs an API key" in words for words in window.notices.texts())
    with qtbot.waitSignal(window.action_asked) as asked:
        qtbot.mouseClick(button(window, "Try the simulator"), Qt.MouseButton.LeftButton)
    assert asked.args == [NoticeAction.TRY_SIMULATOR]
    qtbot.mouseClick(button(window, "Enter key"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: named(window, "API key").isVisible())
    assert named(window, "API key").window() is not window


def test_without_a_key_the_banner_and_the_settings_lead_to_the_services_key_page(
    window: MainView, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    window.attach(studio)
    qtbot.mouseClick(button(window, "Get a key"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window, "Enter key"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: named(window, "Open the service's page about API keys").isVisible())
    qtbot.mouseClick(named(window, "Open the service's page about API keys"), Qt.MouseButton.LeftButton)
    assert len(opened) == 2
    assert all(address.startswith("https://apixo.ai/") for address in opened)


def test_the_status_bar_tells_what_is_known(window: MainView, studio: Studio, qtbot: QtBot) -> None:
    window.attach(studio)
    qtbot.waitUntil(lambda: "free" in window.status_bar.words() and "clips" in window.status_bar.words())
    words = window.status_bar.words()
    assert words.startswith("No key · 0 running, 0 waiting · 0 requests/min · No clips yet · ")
    assert words.endswith("B free")
    assert "Simulator off" not in texts(window), "it means nothing to a person with a key"


def test_the_balance_appears_when_it_is_known(window: MainView, studio: Studio) -> None:
    window.attach(studio)
    assert "Balance" not in texts(window)
    studio.events.publish(BalanceChanged(74.87, Clock().now()))
    assert {"Balance", "$74.87"} <= texts(window)


def test_what_today_cost_appears_when_it_is_known(window: MainView, studio: Studio) -> None:
    window.attach(studio)
    assert "Today" not in texts(window)
    studio.events.publish(SpendingChanged(DaySpend(6.5)))
    assert {"Today", "$6.50"} <= texts(window)
    studio.events.publish(SpendingChanged(DaySpend(6.5, unpriced=1)))
    assert {"Today", "at least $6.50"} <= texts(window)


def test_coming_back_to_the_window_wants_the_balance(
    window: MainView, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = list[bool]()
    monkeypatch.setattr(studio.balance, "want", lambda: wanted.append(True))
    window.attach(studio)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitActive(other)
    assert not wanted
    window.activateWindow()
    qtbot.waitUntil(lambda: bool(wanted))


def test_the_notice_of_a_reached_limit_opens_the_settings_there(window: MainView, studio: Studio, qtbot: QtBot) -> None:
    window.attach(studio)
    words = "Today's limit of $5.00 leaves no room for another task."
    notice = NoticeRaised("hard-limit", NoticeLevel.WARNING, words, NoticeAction.OPEN_SETTINGS)
    studio.events.publish(notice)
    window.notices.action_asked.emit(notice, NoticeAction.OPEN_SETTINGS)
    qtbot.waitUntil(lambda: (QApplication.focusWidget() or window).accessibleName().startswith("Warn me when a day costs"))


def test_a_picture_without_a_way_leads_to_the_settings_of_pictures(window: MainView, studio: Studio, qtbot: QtBot) -> None:
    window.attach(studio)
    window.compose.route_needed.emit()
    qtbot.waitUntil(lambda: (QApplication.focusWidget() or window).accessibleName() == "Only by address")
    reason = next(label for label in window.findChildren(QLabel) if label.text() == NEEDED)
    assert reason.isVisible()


@pytest.mark.parametrize(("cause", "section"), [("relay", RelaySection), ("pictures", PicturesSection)])
def test_the_notice_of_a_way_that_does_not_work_opens_the_settings_there(
    window: MainView, studio: Studio, qtbot: QtBot, cause: str, section: type[QWidget]
) -> None:
    window.attach(studio)
    notice = NoticeRaised(cause, NoticeLevel.WARNING, "It refuses its keys.", NoticeAction.OPEN_SETTINGS)
    window.notices.action_asked.emit(notice, NoticeAction.OPEN_SETTINGS)
    qtbot.waitUntil(lambda: any(found.isVisible() for found in window.findChildren(section)))


def test_a_folder_that_takes_no_clips_is_said_and_leads_to_the_settings_of_clips(
    window: MainView, studio: Studio, qtbot: QtBot
) -> None:
    window.attach(studio)
    words = "Clips cannot be saved in /a: /a is not a folder. Nothing was sent."

    async def submit() -> None:
        raise InvalidSetting("Clips cannot be saved in /a: /a is not a folder.", advice="Nothing was sent.")

    window.scope.start(submit(), name="generate")
    qtbot.waitUntil(lambda: words in {label.text() for label in window.notices.findChildren(QLabel)})
    (button,) = [found for found in window.notices.findChildren(QPushButton) if found.text() == "Open settings"]
    button.click()
    qtbot.waitUntil(lambda: any(found.isVisible() for found in window.findChildren(ClipsSection)))


def test_the_polls_that_reports_saved_are_counted_in_the_status_bar(
    window: MainView, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = replace(studio.tracking.snapshot(), polls_saved=12)
    monkeypatch.setattr(studio.tracking, "snapshot", lambda: saved)
    window.attach(studio)
    qtbot.waitUntil(lambda: "12 polls saved" in window.status_bar.words())


def test_a_taken_frame_becomes_the_composers_picture(window: MainView, studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    window.attach(studio)
    frame = QImage(64, 64, QImage.Format.Format_RGB32)
    frame.fill(0x30A060)
    assert frame.save(str(tmp_path / "frame.png"))
    window.stage.frame_taken.emit(tmp_path / "frame.png", None)
    qtbot.waitUntil(lambda: any("frame.png" in name for name in names_of(window.compose)))


def test_a_clip_is_offered_for_what_the_chosen_model_takes(
    window: MainView, studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    window.attach(studio)
    qtbot.waitUntil(lambda: bool(window.compose.clip_offers()))
    film = replace(clip_in(ClipState.SAVED, 1), path=tmp_path / "walk.mp4")
    menu = window.tasks.menu_for(task_in(Phase.READY, 1, clips=(film,)))
    entries = {entry.text(): entry for entry in menu.actions() if entry.text()}
    assert not entries["Use as last frame"].isEnabled()
    assert entries["Use as last frame"].toolTip().startswith("Sora 2 takes no last picture; ")
    window.compose.use(GenerationRequest("seedance-2-0", "A walk", mode="omni_reference"))
    menu = window.tasks.menu_for(task_in(Phase.READY, 1, clips=(film,)))
    next(entry for entry in menu.actions() if entry.text() == "Use as reference").trigger()
    qtbot.waitUntil(lambda: any("walk.mp4" in name for name in names_of(window.compose)))


def test_a_relay_that_is_down_is_said_quietly_and_its_return_too(
    window: MainView, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.attach(studio)
    qtbot.waitUntil(lambda: "running" in window.status_bar.words())
    states = iter([RelayState(configured=True, trouble="The relay does not answer."), RelayState(True, connected=True)])
    for is_said in (True, False):
        monkeypatch.setattr(type(studio.reports), "state", next(states))
        studio.events.publish(RelayChanged(connected=not is_said))
        assert ("Relay offline, polling the service" in window.status_bar.words()) is is_said
    assert not any("relay" in notice.lower() for notice in window.notices.texts())


def test_esc_takes_an_open_question_away_before_anything_else(window: MainView, qtbot: QtBot) -> None:
    question = window.compose.findChild(SendQuestion)
    assert question is not None
    question.ask(RequestRepeated(seconds_ago=12, task=1), GenerationRequest(model="", prompt=""), 1)
    assert question.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not question.isVisible()


def test_the_tasks_become_a_drawer_in_a_narrow_window(window: MainView, qtbot: QtBot) -> None:
    toggle = named(window, "Show tasks")
    assert isinstance(toggle, QToolButton)
    assert not toggle.isVisible()
    window.resize(1000, 800)
    qtbot.waitUntil(lambda: toggle.isVisible() and not window.tasks.isVisible())
    centre_width = window.compose.width()
    assert centre_width == window.width()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert window.tasks.isVisible()
    assert window.compose.width() == centre_width
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.tasks.isVisible()
    assert not toggle.isChecked()
    window.resize(1600, 1000)
    qtbot.waitUntil(window.tasks.isVisible)
    assert window.tasks.width() == 372
    assert not toggle.isVisible()


@pytest.mark.parametrize("width", [720, 990, 1099])
def test_the_open_drawer_leaves_generate_free(window: MainView, qtbot: QtBot, width: int) -> None:
    window.resize(width, 800)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(window.tasks.isVisible)
    generate = named(window, "Generate")
    for height in (800, 600, 900):
        window.resize(width, height)

        def is_free() -> bool:
            corners = (generate.rect().topLeft(), generate.rect().bottomRight(), generate.rect().center())
            places = [generate.mapTo(window, corner) for corner in corners]
            return all(window.childAt(place) is generate for place in places)

        qtbot.waitUntil(is_free)
    assert window.tasks.isVisible()


def test_the_open_drawer_leaves_the_next_steps_of_a_failed_task_free(window: MainView, qtbot: QtBot) -> None:
    window.resize(990, 800)
    window.stage.show_task(task_in(Phase.FAILED), play=False)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(window.tasks.isVisible)
    again = button(window.stage, "Again")
    corners = (again.rect().topLeft(), again.rect().bottomRight())
    qtbot.waitUntil(lambda: all(window.childAt(again.mapTo(window, corner)) is again for corner in corners))


def test_the_open_drawer_leaves_the_players_controls_free(window: MainView, qtbot: QtBot) -> None:
    window.resize(990, 800)
    window.stage.show_task(task_in(Phase.READY), play=False)
    full_screen = named(window.stage, "Full screen")
    qtbot.waitUntil(full_screen.isVisible)
    right = full_screen.mapTo(window, full_screen.rect().topRight()).x()
    qtbot.keyClick(window, Qt.Key.Key_F8)
    corners = (full_screen.rect().topLeft(), full_screen.rect().bottomRight())
    qtbot.waitUntil(lambda: all(window.childAt(full_screen.mapTo(window, corner)) is full_screen for corner in corners))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: full_screen.mapTo(window, full_screen.rect().topRight()).x() == right)


def test_f8_hides_the_tasks_and_the_top_bar_brings_them_back(window: MainView, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert not window.tasks.isVisible()
    toggle = named(window, "Show tasks")
    assert toggle.isVisible()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert window.tasks.isVisible()
    assert not toggle.isVisible()


def test_focus_mode_leaves_the_stage_and_the_editor(window: MainView, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not any(part.isVisible() for part in (window.top_bar, window.tasks, window.status_bar))
    assert window.stage.isVisible()
    assert window.compose.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert all(part.isVisible() for part in (window.top_bar, window.tasks, window.status_bar))


def test_numbers_go_to_the_panels(window: MainView, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(named(window, "Tasks").hasFocus)
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(named(window, "Prompt").hasFocus)
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.stage.isAncestorOf(QApplication.focusWidget()) or window.stage.hasFocus())


def test_letters_are_the_players_wherever_nothing_is_written(window: MainView, qtbot: QtBot) -> None:
    controls, list_view, editor = window.stage._controls, window.tasks.view, window.compose.findChild(PromptEditor)
    qtbot.keyClick(list_view, Qt.Key.Key_M)
    assert not controls.is_muted, "there is nothing to hear yet"
    clip = clip_in(ClipState.SAVED, 1, path=Path("clip.mp4"))
    window.stage.show_task(task_in(Phase.READY, 1, clips=(clip,)), play=False)
    qtbot.keyClick(list_view, Qt.Key.Key_M)
    assert controls.is_muted
    qtbot.keyClick(editor, Qt.Key.Key_M)
    assert controls.is_muted
    assert editor.text() == "m"


def test_a_click_on_generate_leaves_the_caret_in_the_prompt(window: MainView, studio: Studio, qtbot: QtBot) -> None:
    editor = window.compose.findChild(PromptEditor)
    window.attach(studio)
    button = next(one for one in window.compose.findChildren(QPushButton) if one.accessibleName() == "Generate")
    qtbot.waitUntil(button.isEnabled)
    editor.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert editor.hasFocus()


def test_the_layout_is_kept(window: MainView, open_window: Callable[..., MainView], tmp_path: Path) -> None:
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window.workspace.show_tasks(False)
    window.remember(state)
    state.sync()
    again = open_window(state=QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert again.isVisible()
    assert not again.tasks.isVisible()


def test_an_expected_error_is_a_notice(window: MainView, loop: StudioEventLoop) -> None:
    async def fail() -> None:
        raise KeyMissing

    loop.run_until_complete(asyncio.wait([window.scope.start(fail(), name="balance")]))
    assert window.notices.texts() == [KeyMissing().sentence]


def test_a_bug_is_logged_and_said_once(window: MainView, loop: StudioEventLoop, expect_log: Callable[[str], None]) -> None:
    expect_log("Unexpected error in balance")

    async def fail() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        loop.run_until_complete(asyncio.wait([window.scope.start(fail(), name="balance")]))
    assert window.notices.texts() == ["Something went wrong inside the program. Your tasks are safe and the work goes on."]


def test_the_look_follows_the_choice_without_a_restart(window: MainView, qapp: QApplication) -> None:
    def colour(widget: QWidget) -> str:
        return widget.grab().toImage().pixelColor(2, 2).name()

    assert (colour(window.top_bar), colour(window.status_bar)) == (theme.DARK.panel, theme.DARK.panel)
    theme.apply(qapp, Theme.LIGHT)
    assert (colour(window.top_bar), colour(window.status_bar)) == (theme.LIGHT.panel, theme.LIGHT.panel)


def test_no_shortcut_is_claimed_twice(window: MainView) -> None:
    keys = [keys.toString() for action in window.findChildren(QAction) for keys in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_the_demo_says_what_it_is(open_window: Callable[..., MainView]) -> None:
    window = open_window(demo=True)
    assert {"Simulator: nothing is charged", "Simulator · 30× speed"} <= texts(window)
