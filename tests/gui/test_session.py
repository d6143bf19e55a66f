"""The start and the end behind the window, and what a person reads when a start fails."""

import gzip
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sora_studio import demo
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.app.session import DEMO_PROMPT, Session
from sora_studio.domain.errors import StudioError
from sora_studio.domain.settings import Settings, Theme
from sora_studio.storage import migrations
from sora_studio.storage.backups import Backups
from sora_studio.storage.rescue import opening
from sora_studio.storage.settings import SettingsFile
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.window.main_view import MainView
from tests.doubles.libraries import PAGE, make_library

OpenSession = Callable[..., tuple[MainView, Session]]


@pytest.fixture
def open_session(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSession]:
    """A shown window and its session, begun; ended in order afterwards."""
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "http://127.0.0.1:9")
    opened: list[tuple[MainView, Session]] = []

    def open_one(*, is_demo: bool = False) -> tuple[MainView, Session]:
        window = MainView(Settings(), demo=is_demo)
        session = Session(window, data_dir=tmp_path, demo=is_demo, output=tmp_path / "clips")
        window.offer_settings(session.change_settings)
        opened.append((window, session))
        window.show()
        qtbot.waitExposed(window)
        session.begin(fail_on_bug)
        return window, session

    yield open_one
    for window, session in opened:
        loop.run_until_complete(session.end())
        window.close()
        window.deleteLater()


def fail_on_bug(error: BaseException) -> None:
    pytest.fail(repr(error))


def editor_of(window: MainView) -> PromptEditor:
    editor = window.findChild(PromptEditor)
    assert isinstance(editor, PromptEditor)
    return editor


def test_what_was_typed_while_it_started_is_there_at_the_next_start(
    open_session: OpenSession, loop: StudioEventLoop, qtbot: QtBot
) -> None:
    window, session = open_session()
    qtbot.keyClicks(editor_of(window), "Fog over the harbour")
    qtbot.waitUntil(lambda: "No key" in window.status_bar.words(), timeout=10_000)
    loop.run_until_complete(session.end())
    window, _ = open_session()
    qtbot.waitUntil(lambda: editor_of(window).text() == "Fog over the harbour", timeout=10_000)


def test_what_was_typed_is_there_at_the_next_start_although_the_studio_never_started(
    open_session: OpenSession, loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    belongs_to_another_program(tmp_path / "studio.db")
    window, session = open_session()
    qtbot.keyClicks(editor_of(window), "Fog over the harbour")
    qtbot.waitUntil(lambda: bool(window.notices.texts()), timeout=10_000)
    loop.run_until_complete(session.end())
    (tmp_path / "studio.db").unlink()
    window, session = open_session()
    qtbot.waitUntil(lambda: editor_of(window).text() == "Fog over the harbour", timeout=10_000)
    qtbot.waitUntil(lambda: not (tmp_path / "unsaved-prompt.txt").exists(), timeout=10_000)
    loop.run_until_complete(session.end())
    window, _ = open_session()
    qtbot.waitUntil(lambda: editor_of(window).text() == "Fog over the harbour", timeout=10_000)


def belongs_to_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def test_a_database_of_another_program_is_said_and_the_window_stays(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path
) -> None:
    belongs_to_another_program(tmp_path / "studio.db")
    window, _ = open_session()
    qtbot.waitUntil(lambda: bool(window.notices.texts()), timeout=10_000)
    assert "studio.db cannot be opened: it belongs to another program" in window.notices.texts()[0]
    assert window.isVisible()
    assert editor_of(window).isEnabled()


def test_a_damaged_database_is_mended_and_said_in_one_notice(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("studio.db is damaged")
    make_library(tmp_path / "studio.db", 12)
    content = bytearray((tmp_path / "studio.db").read_bytes())
    content[:PAGE] = bytes(PAGE)
    (tmp_path / "studio.db").write_bytes(content)
    window, _ = open_session()
    qtbot.waitUntil(lambda: "No key" in window.status_bar.words(), timeout=10_000)
    (aside,) = tmp_path.glob("studio.db.damaged-*")
    (notice,) = [words for words in window.notices.texts() if "damaged" in words]
    assert notice == f"The database was damaged and has been repaired: 12 tasks were kept. The damaged file is kept as {aside}."
    assert aside.read_bytes() == content


def test_a_proxy_setting_that_is_skipped_is_said_in_one_notice(
    open_session: OpenSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("The proxy in all_proxy is not used")
    monkeypatch.setenv("all_proxy", "socks4://kim:a-password@desktop.example")
    window, _ = open_session()
    qtbot.waitUntil(lambda: "No key" in window.status_bar.words(), timeout=10_000)
    said = [words for words in window.notices.texts() if "proxy" in words]
    assert said == ["The proxy in all_proxy is not used: SOCKS4 is not supported, SOCKS5 is."]


def test_a_start_that_failed_can_be_tried_again(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "ftp://nowhere")
    window, session = open_session()
    qtbot.waitUntil(lambda: bool(window.notices.texts()), timeout=10_000)
    assert "is not an address" in window.notices.texts()[0]
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "http://127.0.0.1:9")
    session.retry(fail_on_bug)
    qtbot.waitUntil(lambda: "No key" in window.status_bar.words(), timeout=10_000)
    assert not any("is not an address" in words for words in window.notices.texts())


@pytest.fixture
def held_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A history of version 6, whose update waits in its middle until this is set."""
    packed = Path(__file__).parents[1] / "unit" / "storage" / "version_6.db.gz"
    (tmp_path / "studio.db").write_bytes(gzip.decompress(packed.read_bytes()))
    go_on, index_words = threading.Event(), migrations.index_words

    def index(text: str) -> str:
        go_on.wait(10)
        return index_words(text)

    monkeypatch.setattr(migrations, "index_words", index)
    yield go_on
    go_on.set()
    with opening(tmp_path / "studio.db"):
        pass


def test_an_older_history_is_updated_in_sight(open_session: OpenSession, qtbot: QtBot, held_update: threading.Event) -> None:
    window, _ = open_session()
    nothing = window.tasks.findChild(QLabel, "nothing")
    assert isinstance(nothing, QLabel)
    qtbot.waitUntil(lambda: "Updating your history… 5" in window.status_bar.words(), timeout=10_000)
    assert nothing.isVisibleTo(window.tasks)
    assert nothing.text() == window.status_bar.words()
    qtbot.keyClicks(editor_of(window), "Typed meanwhile")
    assert editor_of(window).text() == "Typed meanwhile"
    held_update.set()
    qtbot.waitUntil(lambda: window.tasks.holds(2000), timeout=10_000)
    assert not nothing.isVisibleTo(window.tasks)
    assert "Updating" not in window.status_bar.words()


def test_closing_in_the_middle_of_an_update_rolls_it_back(
    open_session: OpenSession, loop: StudioEventLoop, qtbot: QtBot, held_update: threading.Event, tmp_path: Path
) -> None:
    window, session = open_session()
    qtbot.waitUntil(lambda: "Updating your history" in window.status_bar.words(), timeout=10_000)
    loop.run_until_complete(session.end())
    held_update.set()
    with opening(tmp_path / "studio.db"), closing(sqlite3.connect(tmp_path / "studio.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 6
    assert len(Backups(tmp_path / "studio.db").times()) == 1


def test_settings_can_be_saved_while_there_is_no_studio(
    open_session: OpenSession, loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    belongs_to_another_program(tmp_path / "studio.db")
    window, session = open_session()
    qtbot.waitUntil(lambda: bool(window.notices.texts()), timeout=10_000)
    loop.run_until_complete(session.change_settings(Settings(theme=Theme.LIGHT)))
    assert SettingsFile(tmp_path / "settings.toml").load().theme is Theme.LIGHT


def test_a_simulator_that_does_not_start_is_said(
    open_session: OpenSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_demo: demo.Demo) -> str:
        raise StudioError("The simulator did not start.", advice="simulator.log says why.")

    monkeypatch.setattr(demo.Demo, "start", refuse)
    window, _ = open_session(is_demo=True)
    qtbot.waitUntil(lambda: window.notices.texts() == ["The simulator did not start. simulator.log says why."], timeout=10_000)


def test_the_demo_waits_with_a_first_prompt_and_ends_its_simulator(
    open_session: OpenSession, loop: StudioEventLoop, qtbot: QtBot
) -> None:
    window, session = open_session(is_demo=True)
    qtbot.waitUntil(lambda: editor_of(window).text() == DEMO_PROMPT, timeout=30_000)
    qtbot.waitUntil(lambda: "Connected" in window.status_bar.words(), timeout=10_000)
    loop.run_until_complete(session.end())
    assert session._demo is not None
    assert session._demo._child is None


def test_an_end_in_the_middle_of_the_start_is_orderly(open_session: OpenSession, loop: StudioEventLoop) -> None:
    _, session = open_session()
    loop.run_until_complete(session.end())
    loop.run_until_complete(session.end())
