"""The line at the bottom in windows of every width."""

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.domain.clip import ClipCounts
from sora_studio.ui.window.status_bar import SpokenPhrase, StatusBar
from sora_studio.viewmodels.window.status import StatusFacts

FULL = StatusFacts(
    online=True,
    is_owner=False,
    running=5,
    waiting=8,
    requests_last_minute=212,
    polls_saved=1212,
    relay_is_down=True,
    clips=ClipCounts(214),
    free_bytes=38_400_000_000,
)
ALL = [
    "5 running, 8 waiting",
    "212 requests/min",
    "1,212 polls saved",
    "Relay offline, polling the service",
    "All 214 clips safe on disk",
    "38 GB free",
]


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    made = StatusBar(simulator="Simulator · 30× speed")
    qtbot.addWidget(made)
    made.resize(1600, 28)
    made.show()
    made.show_facts(FULL)
    return made


def shown(bar: StatusBar) -> list[str]:
    return [one.phrase.text for one in bar.findChildren(SpokenPhrase) if one.isVisible() and one.phrase]


def test_a_wide_window_shows_everything(bar: StatusBar) -> None:
    assert shown(bar) == ALL


@pytest.mark.parametrize("width", [1100, 1000, 900, 800, 700, 600, 500, 400])
def test_where_not_all_fits_whole_phrases_go_and_what_is_shown_is_not_cut(bar: StatusBar, qtbot: QtBot, width: int) -> None:
    bar.resize(width, 28)
    spoken = bar.findChildren(SpokenPhrase)
    qtbot.waitUntil(lambda: all(not one.isVisible() or one.width() >= one.sizeHint().width() for one in spoken))
    qtbot.waitUntil(lambda: bar._simulator.geometry().right() < width)
    assert all(phrase in bar.toolTip() for phrase in ALL)


def test_a_narrow_window_keeps_what_matters_most(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(760, 28)
    qtbot.waitUntil(lambda: shown(bar) == [ALL[0], ALL[4]])


def test_the_least_important_goes_first_and_comes_back(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(1010, 28)
    qtbot.waitUntil(lambda: len(shown(bar)) < len(ALL))
    assert "1,212 polls saved" not in shown(bar)
    assert "Relay offline, polling the service" in shown(bar)
    bar.resize(1600, 28)
    qtbot.waitUntil(lambda: shown(bar) == ALL)


def test_a_phrase_that_is_over_leaves_no_gap(bar: StatusBar) -> None:
    bar.show_facts(StatusFacts(online=True, running=1))
    assert shown(bar) == ["1 running, 0 waiting", "0 requests/min"]
    assert bar.words() == "Connected · 1 running, 0 waiting · 0 requests/min"
