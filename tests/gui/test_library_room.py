"""The library room of the real window: found as one types, judged by keys, thrown away and taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.did_you_mean import Respelling
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.query import parse
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.library_room import LibraryRoom
from sora_studio.viewmodels.library.completion import KnownNames
from sora_studio.viewmodels.library.room_services import RoomServices
from tests.doubles.library_tiles import MemoryLibrary, tile

NO_KEYS = Qt.KeyboardModifier.NoModifier


class Decisions:
    """Notes what is decided, as the services are told."""

    def __init__(self) -> None:
        self.made = list[tuple[object, ...]]()

    async def judge(self, clips: list[ClipRef], judgement: Judgement) -> None:
        self.made.append(("judge", [ref.task for ref in clips], judgement))

    async def trash(self, clips: list[ClipRef]) -> None:
        self.made.append(("trash", [ref.task for ref in clips]))

    async def restore(self, clips: list[ClipRef]) -> None:
        self.made.append(("restore", [ref.task for ref in clips]))


class RoomDesk:
    """A room on a library in memory."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.scope = TaskScope(lambda error, _name: pytest.fail(str(error)))
        self.library, self.decisions = MemoryLibrary(), Decisions()
        self.saved = list[str]()
        self.strips = list[int]()
        self.room = LibraryRoom(self.scope)
        qtbot.addWidget(self.room)
        self.room.resize(1021, 800)

    def open(self, count: int = 6) -> None:
        self.library.put(*(tile(number) for number in range(1, count + 1)))
        self.services = RoomServices(
            library=self.library.services(),
            judging=self.decisions,  # pyright: ignore[reportArgumentType] - what the room uses of it
            count=self._count,
            save_search=self._save,
            spelling=self._spelling,
            names=self._names,
            make_strip=self._make_strip,
        )
        self.room.show()
        with self.bot.waitSignal(self.room.model.searched):
            self.room.attach(self.services)
        QTest.qWaitForWindowExposed(self.room)

    async def _count(self, text: str) -> int:
        return 41 if "stars" not in text else 0

    async def _save(self, text: str) -> None:
        self.saved.append(text)

    async def _spelling(self, text: str) -> Respelling | None:
        return Respelling(parse(text.replace("rian", "rain")), ("rain",)) if "rian" in text else None

    async def _make_strip(self, task: int) -> None:
        self.strips.append(task)
        self.library.put(tile(task, filmstrip=Path(f"/strips/{task}.jpg")))
        self.room.take_changes(frozenset({task}))

    async def _names(self) -> KnownNames:
        return KnownNames([("sora-2", "Sora 2"), ("veo-3-1", "Veo 3.1")], ["Rain Film"], ["hero", "harbour"])

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.room.view, key)

    def settle(self, made: int) -> None:
        self.bot.waitUntil(lambda: len(self.decisions.made) == made)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[RoomDesk]:
    made = RoomDesk(qtbot)
    yield made
    made.room.close()
    loop.run_until_complete(made.scope.close())


def test_what_is_typed_is_searched_and_its_filters_are_chips(desk: RoomDesk) -> None:
    desk.open()
    with desk.bot.waitSignal(desk.room.model.searched):
        QTest.keyClicks(desk.room.box.field, "rain stars:>=3 -rejected")
    assert desk.library.searches[-1] == "stars:>=3 rain -rejected"
    QTest.keyClick(desk.room.box.field, Qt.Key.Key_Down)
    chips = desk.room.box.line.chips
    assert [chip.accessibleName() for chip in chips] == ["Filter stars ≥ 3", "Filter not rejected"]
    assert desk.room.box.field.text() == "rain"
    assert desk.library.searches[-1] == "stars:>=3 rain -rejected"
    with desk.bot.waitSignal(desk.room.model.searched):
        QTest.mouseClick(chips[0], Qt.MouseButton.LeftButton, NO_KEYS, QPoint(chips[0].width() - 10, 12))
    assert desk.room.box.text == "-rejected rain"


def test_keys_judge_what_is_selected(desk: RoomDesk) -> None:
    desk.open()
    desk.room.view.setFocus()
    desk.key(Qt.Key.Key_Home)
    first = desk.room.selected[0]
    for made, key in enumerate((Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_U, Qt.Key.Key_4, Qt.Key.Key_Delete), start=1):
        desk.key(key)
        desk.settle(made)
    assert desk.decisions.made == [
        ("judge", [first], Judgement(verdict=Verdict.KEPT)),
        ("judge", [first], Judgement(verdict=Verdict.REJECTED)),
        ("judge", [first], Judgement(clears_verdict=True)),
        ("judge", [first], Judgement(stars=4)),
        ("trash", [first]),
    ]
    QTest.keyClick(desk.room.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.key(Qt.Key.Key_P)
    desk.settle(6)
    assert len(desk.room.selected) == 6
    assert desk.decisions.made[-1] == ("judge", list(desk.room.selected), Judgement(verdict=Verdict.KEPT))


def test_judging_goes_on_by_itself_when_it_is_asked_to(desk: RoomDesk) -> None:
    desk.open()
    desk.room.advances = True
    desk.room.view.setFocus()
    desk.key(Qt.Key.Key_Home)
    order = list(desk.room.model.order.ids)
    for made in (1, 2, 3):
        desk.key(Qt.Key.Key_P)
        desk.settle(made)
    assert [made[1] for made in desk.decisions.made] == [[order[0]], [order[1]], [order[2]]]


def test_the_narrowest_filter_can_be_dropped_when_nothing_is_found(desk: RoomDesk) -> None:
    desk.open(0)
    desk.room.search("rain stars:>=3")
    drop = desk.room.view.updates.empty.drop
    desk.bot.waitUntil(drop.isVisible)
    assert drop.text() == "Drop “stars ≥ 3” (41 clips)"
    drop.click()
    assert desk.room.box.text == "rain"


def test_a_search_is_saved_under_its_own_words(desk: RoomDesk) -> None:
    desk.open()
    desk.room.search("fog kept")
    with desk.bot.waitSignal(desk.room.search_saved):
        next(button for button in desk.room.box.findChildren(QPushButton) if button.text() == "Save search").click()
    assert desk.saved == ["fog kept"]


def test_resting_on_a_clip_without_a_filmstrip_has_one_made_and_shows_it(desk: RoomDesk) -> None:
    desk.open()
    room, port = desk.room, desk.room.view.viewport()
    desk.bot.waitUntil(lambda: all(room.model.tile(place) for place in room.view.visible()))
    shown = list[Path]()
    room.view.painter.scrub = lambda _painter, _frame, strip, _fraction: bool(shown.append(strip))
    passed, rested = (room.view.frame_at(place).center() for place in (0, 1))
    QTest.mouseMove(port, passed)
    QTest.mouseMove(port, rested)
    desk.bot.waitUntil(lambda: bool(shown))
    task = room.model.order.ids[1]
    assert (desk.strips, set(shown)) == ([task], {Path(f"/strips/{task}.jpg")}), "only passing over a tile asks for nothing"
    QTest.mouseMove(port, passed)
    QTest.mouseMove(port, rested)
    with desk.bot.waitSignal(room.view.hover.rested):
        pass
    assert desk.strips == [task]
