"""Pictures that have no place in the strip: looked at like all others, and marked where they are found."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.ui.compose.pictures.fold_well import FoldWell
from tests.gui.compose_desk import Desk, open_desk

BROKEN = "picture-11.jpg is damaged and cannot be read to its end."


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


def paste(desk: Desk, count: int) -> None:
    desk.panel.resize(760, 400)
    images = tuple(f"/pictures/picture-{number}.jpg" for number in range(count))
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(*images)))


@pytest.fixture
def twelve(desk: Desk) -> FoldWell:
    """Of twelve pictures some fold, and with them a transparent one, one of another shape, and a damaged one."""
    desk.studio.pictures.facts["picture-9.jpg"] = ImageFacts("png", 1600, 900, 1000, is_transparent=True)
    desk.studio.pictures.facts["picture-10.jpg"] = ImageFacts("jpeg", 600, 800, 1000)
    desk.studio.pictures.problems["picture-11.jpg"] = desk.studio.submission.image_problem = BROKEN
    desk.attach()
    paste(desk, 12)
    [fold] = desk.all(FoldWell)
    desk.bot.waitUntil(lambda: fold.accessibleDescription() == "1 cannot be sent, 1 transparent, 1 of another shape")
    desk.bot.waitUntil(lambda: desk.reads(BROKEN))
    return fold


def test_what_is_wrong_in_the_fold_is_marked_there_and_on_no_other_picture(desk: Desk, twelve: FoldWell) -> None:
    assert [well.invalid for well in desk.wells()] == [False] * len(desk.wells())
    assert twelve.invalid
    assert twelve.toolTip() == "More images: 1 cannot be sent, 1 transparent, 1 of another shape"
    entries = twelve.menu().actions()
    assert [entry.text() for entry in entries[-4:]] == [
        "picture-8.jpg",
        "picture-9.jpg · transparent",
        "picture-10.jpg · of another shape",
        "picture-11.jpg · cannot be sent",
    ]
    assert [entry.icon().isNull() for entry in entries[-4:]] == [True, False, False, False]


def test_the_fold_shows_its_gravest_mark_beside_the_count(desk: Desk, twelve: FoldWell) -> None:
    marked = twelve.grab().toImage()
    desk.studio.pictures.problems.clear()
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(*(f"/pictures/plain-{n}.jpg" for n in range(12)))))
    desk.bot.waitUntil(lambda: not twelve.accessibleDescription())
    assert not twelve.invalid
    assert twelve.grab().toImage() != marked


def test_a_press_leads_to_the_fold_when_the_fault_lies_there(desk: Desk, twelve: FoldWell) -> None:
    desk.click(desk.generate)
    desk.bot.waitUntil(twelve.hasFocus)
    assert desk.requests() == []


def test_a_picture_that_comes_out_of_the_fold_brings_its_mark_along(desk: Desk, twelve: FoldWell) -> None:
    desk.panel.resize(1900, 400)
    desk.bot.waitUntil(lambda: len(desk.pictures()) == 12)
    assert [well.source for well in desk.wells() if well.invalid] == ["/pictures/picture-11.jpg"]
    assert desk.wells()[11].accessibleDescription() == BROKEN


def test_a_picture_that_is_opened_is_not_kept_waiting_by_a_hundred_others(desk: Desk) -> None:
    desk.attach()
    desk.studio.pictures.looking = asyncio.Event()
    paste(desk, 100)
    [fold] = desk.all(FoldWell)
    desk.bot.waitUntil(lambda: len(desk.studio.pictures.looks) == 2)
    fold.menu().actions()[-1].trigger()
    desk.studio.pictures.looking.set()
    desk.bot.waitUntil(lambda: "/pictures/picture-99.jpg" in [source for source, _ in desk.studio.pictures.looks])
    places = [source for source, _ in desk.studio.pictures.looks]
    assert places.index("/pictures/picture-99.jpg") < 30
    desk.bot.waitUntil(lambda: len({source for source, _ in desk.studio.pictures.looks}) == 100)
