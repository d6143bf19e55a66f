"""The rare choices of a task: reports by callback, and how its pictures reach the service."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import PublicUrlNeeded
from sora_studio.domain.events import RelayChanged
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.advanced_chip import AdvancedChip
from sora_studio.ui.compose.more_panel import MorePanel
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.check_box import CheckBox
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.viewmodels.compose.pictures import picture_words
from tests.gui.compose_desk import Desk, Look, open_desk

REPORT = "Let the service report when the clip is ready (callback)"


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


def more(desk: Desk) -> MorePanel:
    """The form behind the dots, open."""
    found = desk.panel.findChildren(MorePanel)
    if not (found and found[0].isVisible()):
        desk.click(desk.one(AdvancedChip, "More options"))
    return desk.panel.findChildren(MorePanel)[0]


def shown(desk: Desk) -> list[tuple[str, bool]]:
    """What the form offers for the task's ways, and what is chosen."""
    panel = more(desk)
    chips = [chip for chip in desk.all(MenuChip) if chip.accessibleName().startswith("Send pictures")]
    offered = [(action.text(), action.isChecked()) for chip in chips for action in chip.menu().actions()]
    boxes = [(box.text(), box.isChecked()) for box in desk.all(CheckBox) if panel.isAncestorOf(box)]
    return [*boxes, *offered]


def by(desk: Desk, words: str) -> None:
    """Choose how pictures travel."""
    more(desk)
    [chip] = [chip for chip in desk.all(MenuChip) if chip.accessibleName().startswith("Send pictures")]
    next(action for action in chip.menu().actions() if words in action.text()).trigger()


def ask_for_report(desk: Desk) -> None:
    more(desk)
    desk.click(desk.one(CheckBox, REPORT))


def sent(desk: Desk) -> GenerationRequest:
    count = len(desk.submitted)
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: len(desk.submitted) > count)
    return desk.requests()[-1]


def test_with_nothing_to_choose_there_is_no_chip(desk: Desk) -> None:
    desk.attach()
    assert desk.all(AdvancedChip) == []


def test_reports_are_offered_once_a_relay_is_set_up_and_not_asked_for_without(desk: Desk) -> None:
    desk.attach()
    desk.studio.reports.configured = True
    desk.events.publish(RelayChanged(connected=True))
    QTest.keyClicks(desk.editor, "A")
    assert shown(desk) == [(REPORT, False)]
    ask_for_report(desk)
    assert (
        desk.one(AdvancedChip, "More options").accessibleDescription()
        == "The service reports when the clip is ready (callback)"
    )
    assert sent(desk).callback
    desk.studio.reports.configured = False
    desk.events.publish(RelayChanged(connected=False))
    assert desk.all(AdvancedChip) == []
    assert not sent(desk).callback


def test_a_choice_that_holds_is_seen_by_shape_and_not_by_colour_alone(desk: Desk) -> None:
    desk.studio.reports.configured = True
    desk.attach()
    chip = desk.one(AdvancedChip, "More options")
    plain = drawn(chip)
    ask_for_report(desk)
    assert drawn(chip) > plain


def drawn(chip: AdvancedChip) -> set[tuple[int, int]]:
    """Where there is anything on its ground, in whatever colour."""
    seen, ground = chip.grab().toImage(), QColor(theme.DARK.raised)
    inside = chip.rect().adjusted(4, 4, -4, -4)
    places = [(x, y) for x in range(inside.left(), inside.right()) for y in range(inside.top(), inside.bottom())]
    return {place for place in places if QColor(seen.pixel(*place)) != ground}


def test_new_tasks_begin_as_the_settings_say_and_follow_when_those_change(desk: Desk) -> None:
    desk.studio.reports.configured = True
    desk.studio.settings.current = replace(desk.studio.settings.current, callback=True)
    desk.attach()
    assert shown(desk) == [(REPORT, True)]
    desk.studio.settings.current = replace(desk.studio.settings.current, callback=False)
    desk.panel.take_settings()
    assert shown(desk) == [(REPORT, False)]


def test_pictures_go_the_usual_way_unless_a_task_says_otherwise(desk: Desk) -> None:
    desk.studio.publishing.routes = (PictureRoute.BUCKET, PictureRoute.COMMAND)
    desk.studio.publishing.chosen = PictureRoute.BUCKET
    desk.attach()
    assert shown(desk) == [("As in Settings (Bucket)", True), ("Bucket", False), ("Own command", False)]
    by(desk, "Own command")
    assert shown(desk)[-1] == ("Own command", True)
    QTest.keyClicks(desk.editor, "A")
    assert sent(desk).pictures_by is PictureRoute.COMMAND


def test_a_draft_and_a_used_request_bring_their_ways_back(desk: Desk) -> None:
    desk.studio.publishing.routes = (PictureRoute.BUCKET, PictureRoute.RELAY)
    desk.studio.reports.configured = True
    request = GenerationRequest("sora-2", "A", callback=True, pictures_by=PictureRoute.BUCKET)
    desk.studio.drafts.draft = Draft(7, request, takes=1, caret=0)
    desk.attach()
    brought = [(REPORT, True), ("As in Settings (Relay)", False), ("Bucket", True), ("Relay", False)]
    assert shown(desk) == brought
    desk.panel.use(GenerationRequest("sora-2", "B"))
    assert [chosen for _, chosen in shown(desk)] == [False, True, False, False]
    desk.panel.use(request)
    assert shown(desk) == brought


def test_a_way_that_is_gone_falls_back_to_the_usual_one(desk: Desk) -> None:
    desk.attach()
    desk.panel.use(GenerationRequest("sora-2", "A", pictures_by=PictureRoute.BUCKET))
    assert sent(desk).pictures_by is None


def test_a_press_without_any_way_for_its_picture_leads_to_the_settings(desk: Desk, tmp_path: Path) -> None:
    desk.studio.submission.refusal = PublicUrlNeeded()
    desk.attach()
    desk.panel.use(
        GenerationRequest(
            "sora-2",
            "A",
            media=first_pictures(str(tmp_path / "a.png")),
        )
    )
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.routes_needed == [True])
    assert desk.reads(PublicUrlNeeded.title)
    desk.bot.waitUntil(lambda: desk.wells()[0].invalid)
    assert desk.requests() == []


# --- where it goes ----------------------------------------------------------------------------------------------------


def consent(desk: Desk, tmp_path: Path, *, by: PictureRoute) -> str:
    """What the dialog says about where the picture goes."""
    desk.studio.publishing.routes, desk.studio.publishing.chosen = (by,), by
    desk.attach()
    look = Look(desk, str(tmp_path / "a.png"))
    known = (picture_words.CONSENT, picture_words.STAYS_HERE, picture_words.BY_COMMAND)
    desk.bot.waitUntil(lambda: any(map(look.reads, known)))
    [said] = [words for words in known if look.reads(words)]
    return said


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (PictureRoute.BUCKET, picture_words.CONSENT),
        (PictureRoute.COMMAND, picture_words.BY_COMMAND),
        (PictureRoute.RELAY, picture_words.STAYS_HERE),
    ],
)
def test_only_a_way_within_this_machine_keeps_a_picture_on_it(desk: Desk, tmp_path: Path, by: PictureRoute, said: str) -> None:
    desk.studio.publishing.inner = PictureRoute.RELAY
    assert consent(desk, tmp_path, by=by) == said


def test_a_relay_that_the_public_reaches_does_not(desk: Desk, tmp_path: Path) -> None:
    assert consent(desk, tmp_path, by=PictureRoute.RELAY) == picture_words.CONSENT
