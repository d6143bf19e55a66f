"""The help: F1 opens it, a search finds its sections, and every page and link in it exists."""

import re
from collections.abc import Iterator
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.domain.theme_choice import Theme
from sora_studio.paths import resources_dir
from sora_studio.ui.help.help_view import HelpView
from sora_studio.ui.help.help_window import HelpWindow
from sora_studio.ui.kit import theme
from sora_studio.ui.window.main_view import MainView
from sora_studio.viewmodels.help.help_pages import load_pages, search

W = TypeVar("W", bound=QWidget)
FOLDER = resources_dir() / "help"


@pytest.fixture
def view(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[MainView]:
    made = MainView(Settings(), demo=False)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    loop.run_until_complete(made.finish())
    made.close()
    made.deleteLater()


@pytest.fixture
def window(view: MainView, qtbot: QtBot) -> HelpWindow:
    with qtbot.waitActive(view):
        view.activateWindow()
    qtbot.keyClick(view, Qt.Key.Key_F1)
    window = view.findChild(HelpWindow)
    assert window is not None
    qtbot.waitUntil(window.isActiveWindow)
    return window


def field(window: HelpWindow) -> QLineEdit:
    return named(window, QLineEdit, "Search help")


def page_list(window: HelpWindow) -> QListWidget:
    return named(window, QListWidget, "Help pages")


def results(window: HelpWindow) -> QListWidget:
    return named(window, QListWidget, "Search results")


def page(window: HelpWindow) -> HelpView:
    return named(window, HelpView, "Help page")


def named(window: HelpWindow, kind: type[W], name: str) -> W:
    return next(found for found in window.findChildren(kind) if found.accessibleName() == name)


def test_f1_opens_the_index_and_lists_every_page(window: HelpWindow) -> None:
    assert window.isVisible()
    assert page(window).toPlainText().startswith("Help")
    titles = [page_list(window).item(row).text() for row in range(page_list(window).count())]
    assert titles[:3] == ["Help", "First steps", "Keys"]
    assert len(titles) == len(list(FOLDER.glob("*.md")))


def test_a_search_finds_a_section_and_shows_it_with_its_words_marked(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(field(window), "signed link")
    assert results(window).isVisible()
    assert not page_list(window).isVisible()
    qtbot.keyClick(field(window), Qt.Key.Key_Return)
    assert "Pictures" in results(window).currentItem().text()
    assert page(window).verticalScrollBar().value() > 0
    marked = {mark.cursor.selectedText().casefold() for mark in page(window).extraSelections()}
    assert marked == {"signed", "link"}


def test_a_search_without_a_hit_says_so_and_esc_leads_back_to_the_pages(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(field(window), "zzzz")
    assert not results(window).isVisible()
    assert not page_list(window).isVisible()
    qtbot.keyClick(field(window), Qt.Key.Key_Escape)
    assert page_list(window).isVisible()
    qtbot.keyClick(field(window), Qt.Key.Key_Escape)
    qtbot.waitUntil(window.isHidden)


def test_a_link_to_a_page_opens_it_and_one_to_the_web_opens_the_browser(
    window: HelpWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    page(window).anchorClicked.emit(QUrl("pictures.md"))
    assert page(window).toPlainText().startswith("Pictures")
    assert page_list(window).currentItem().text() == "Pictures"
    page(window).anchorClicked.emit(QUrl("https://example.org/"))
    assert opened == ["https://example.org/"]


def test_it_follows_the_theme_and_stays_where_it_was(window: HelpWindow, qapp: object) -> None:
    window.open_page("relay")
    page(window).verticalScrollBar().setValue(120)
    before = page(window).grab().toImage().pixelColor(4, 4)
    theme.apply(qapp, Theme.LIGHT if theme.tokens() is theme.DARK else Theme.DARK)  # type: ignore[arg-type]
    assert page(window).verticalScrollBar().value() == 120
    assert page(window).grab().toImage().pixelColor(4, 4) != before


def test_every_page_is_listed_and_every_link_between_pages_leads_somewhere() -> None:
    pages = load_pages(FOLDER)
    assert {found.name for found in pages} == {path.stem for path in FOLDER.glob("*.md")}
    for found in pages:
        for target in re.findall(r"\]\(([^)]+)\)", found.markdown):
            assert target.startswith("https://") or (FOLDER / target).is_file(), (found.name, target)


def test_a_heading_ranks_before_a_passing_mention() -> None:
    hits = search(load_pages(FOLDER), "proxies")
    assert hits[0].page.name == "network"
    assert {hit.page.name for hit in hits} >= {"network", "index"}


def test_every_word_has_to_be_there_whatever_its_case() -> None:
    pages = load_pages(FOLDER)
    assert search(pages, "EXIT codes")[0].section.heading == "Exit codes"
    assert search(pages, "exit codes zzzz") == []
    assert search(pages, "  ") == []
