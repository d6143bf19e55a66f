"""The composer as a person meets it: typing, choosing, pressing Generate."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.events import ConnectionChanged, EstimatesChanged
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.kit.controls import CheckChip, MenuChip, SegmentButton
from tests.doubles.compose_studio import ComposeStudio, shipped_profile
from tests.doubles.prices import clip_price
from tests.gui.compose_desk import EARLIER, Desk, open_desk


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


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
            mode="text-to-video",
            profile=desk.studio.profiles["sora-2"].digest,
        )
    ]
    assert desk.editor.text() == "A misty harbour"
    assert desk.editor.hasFocus()


def test_every_control_ends_up_in_the_request(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.one(SegmentButton, "Duration 15 s"))
    desk.click(desk.one(SegmentButton, "Aspect ratio Portrait"))
    desk.click(desk.one(CheckChip, "Watermark removed"))
    desk.action("Route auto", "Official").trigger()
    desk.action("Takes ×1", "×4").trigger()
    assert desk.editor.hasFocus()  # clicking an option is no reason to leave the text
    assert desk.generate.text() == "Generate 4 · $0.40–0.60"
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [4])
    assert desk.requests()[0].options == {"duration": 15, "aspect_ratio": "portrait", "remove_watermark": False}
    assert desk.requests()[0].route == "official"


def test_pasted_control_characters_are_left_out_and_said_until_the_next_edit(desk: Desk) -> None:
    desk.attach()
    QGuiApplication.clipboard().setText("\ufeff\x1b[31mA cat\x1b[0m\x07 👩\u200d🚀 \u200fשלום")
    desk.editor.paste()
    assert desk.editor.text() == "A cat 👩\u200d🚀 \u200fשלום"
    words = "10 invisible control characters were removed from the pasted text."
    assert desk.reads(words)
    QTest.keyClicks(desk.editor, "!")
    assert not desk.reads(words)
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: bool(desk.requests()))
    assert desk.requests()[0].prompt == "A cat 👩\u200d🚀 \u200fשלום!"


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
    assert desk.generate.text() == "Queue for later · $0.10–0.15"
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    desk.events.publish(ConnectionChanged(online=True))
    assert desk.generate.text() == "Generate · $0.10–0.15"


def test_the_button_names_a_price_when_the_profile_knows_one(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    priced = replace(shipped_profile(), prices=(clip_price(0.5, duration=10), clip_price(0.75, duration=15)))
    desk = Desk(qtbot, ComposeStudio(tmp_path, priced))
    desk.attach()
    assert desk.generate.text() == "Generate · $0.50"
    desk.click(desk.one(SegmentButton, "Duration 15 s"))
    desk.action("Takes ×1", "×2").trigger()
    assert desk.generate.text() == "Generate 2 · $1.50"
    desk.studio.estimates.prices["sora-2"] = PriceEstimate(0.42, 0.4, 0.45, measured=29)
    desk.events.publish(EstimatesChanged())
    assert desk.generate.text() == "Generate 2 · ≈ $0.84"
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
    desk.studio.drafts.draft = EARLIER
    desk.attach()
    assert desk.editor.text() == "An earlier prompt"
    assert desk.editor.caret() == 4
    assert desk.one(SegmentButton, "Duration 15 s").isChecked()
    assert desk.one(MenuChip, "Route value").isVisible()
    assert desk.generate.text() == "Generate 3 · $0.30–0.45"
    desk.editor.undo()
    assert desk.editor.text() == "An earlier prompt"


def test_typing_before_the_studio_is_there_survives_and_the_earlier_draft_is_one_undo_away(desk: Desk) -> None:
    desk.studio.drafts.draft = EARLIER
    desk.studio.drafts.opening = asyncio.Event()
    QTest.keyClicks(desk.editor, "A new ")
    desk.panel.attach(desk.studio, desk.relay)  # type: ignore[arg-type]
    QTest.keyClicks(desk.editor, "idea")
    desk.studio.drafts.opening.set()
    desk.bot.waitUntil(desk.generate.isEnabled)
    QTest.keyClicks(desk.editor, "!")
    assert desk.editor.text() == "A new idea!"
    desk.bot.waitUntil(lambda: [draft.request.prompt for draft in desk.studio.drafts.saved][-1:] == ["A new idea!"])
    while desk.editor.text() not in ("", EARLIER.request.prompt):
        desk.editor.undo()
    assert desk.editor.text() == EARLIER.request.prompt


def test_what_is_typed_is_saved_by_itself_and_the_header_says_when(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A misty harbour")
    desk.bot.waitUntil(lambda: desk.reads("saved "))
    kept = desk.studio.drafts.saved[-1]
    assert (kept.request.prompt, kept.caret) == ("A misty harbour", 15)
    assert desk.reads("A misty harbour")


def test_flushing_saves_at_once(desk: Desk, loop: StudioEventLoop) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    loop.run_until_complete(desk.panel.finish())
    assert [draft.request.prompt for draft in desk.studio.drafts.saved] == ["A"]


def test_a_draft_that_cannot_be_saved_says_so(desk: Desk, loop: StudioEventLoop) -> None:
    desk.attach()
    desk.studio.drafts.failure = StorageFull()
    QTest.keyClicks(desk.editor, "A")
    loop.run_until_complete(desk.panel.finish())
    assert desk.reads("Not saved yet: The disk is full.")


def test_using_a_request_again_fills_everything_and_undo_brings_the_old_text_back(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, "Mine")
    desk.panel.use(
        GenerationRequest("sora-2", "Theirs", {"duration": 15}, "value", media=first_pictures("https://example.org/a.png"))
    )
    assert desk.editor.text() == "Theirs"
    assert desk.one(SegmentButton, "Duration 15 s").isChecked()
    assert [well.accessibleName() for well in desk.wells()] == ["Image example.org/a.png", "Add an image"]
    desk.editor.undo()
    assert desk.editor.text() == "Mine"


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
        "Watermark removed",
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


@pytest.mark.parametrize(("holds", "key", "other"), [("Landscape", "Right", "Portrait"), ("Portrait", "Left", "Landscape")])
def test_a_segmented_control_is_one_stop_where_its_value_is(desk: Desk, holds: str, key: str, other: str) -> None:
    desk.attach()
    desk.panel.use(GenerationRequest("sora-2", "A", {"aspect_ratio": holds.lower()}))
    held, wanted = (desk.one(SegmentButton, f"Aspect ratio {side}") for side in (holds, other))
    before, after = desk.one(SegmentButton, "Duration 10 s"), desk.one(CheckChip, "Watermark removed")
    for start, step, end in ((before, Qt.Key.Key_Tab, after), (after, Qt.Key.Key_Backtab, before)):
        start.setFocus()
        QTest.keyClick(start, step)
        assert held.hasFocus()
        QTest.keyClick(held, step)
        assert end.hasFocus()
    held.setFocus()
    QTest.keyClick(held, Qt.Key[f"Key_{key}"])
    assert wanted.isChecked()
    assert wanted.hasFocus()
    QTest.keyClick(wanted, Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_each_route_is_explained_in_its_menu(desk: Desk) -> None:
    desk.attach()
    actions = desk.one(MenuChip, "Route auto").menu().actions()
    assert [action.text().partition("\t")[0] for action in actions] == ["Auto", "Value", "Official"]
    assert [action.isChecked() for action in actions] == [True, False, False]
    assert all(action.text().endswith(".") for action in actions)


def test_the_model_can_be_chosen_when_there_is_a_choice(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    desk = Desk(qtbot, ComposeStudio(tmp_path, shipped_profile(), shipped_profile("sora-2-pro")))
    desk.attach()
    desk.choose_model("Model Sora 2", "Sora 2 Pro")
    assert desk.one(SegmentButton, "Duration 12 s").isVisible()
    assert desk.one(MenuChip, "Size 1280 × 720").isVisible()
    assert desk.reads("0 / 5,000")
    assert not [chip for chip in desk.all(MenuChip) if chip.accessibleName().startswith("Route")]
    loop.run_until_complete(desk.scope.close())


def test_what_has_no_default_is_left_to_the_service_or_asked_for(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    studio = ComposeStudio(tmp_path, shipped_profile("kling-2-1"), shipped_profile("kling-2-6"))
    studio.drafts.draft = Draft(
        1,
        GenerationRequest(
            "kling-2-1",
            "A pier",
            media=first_pictures("https://example.com/a.png"),
        ),
    )
    desk = Desk(qtbot, studio)
    desk.attach()
    desk.action("Aspect ratio Auto", "9:16").trigger()
    desk.action("Aspect ratio 9:16", "Auto").trigger()
    assert desk.one(MenuChip, "Aspect ratio Auto").isVisible()
    desk.choose_model("Model Kling 2.1", "Kling 2.6")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads("Choose Sound first."))
    assert desk.one(MenuChip, "Sound Choose…").hasFocus()
    assert desk.one(MenuChip, "Sound Choose…").accessibleDescription() == "Choose Sound first."
    desk.action("Sound Choose…", "Off").trigger()
    assert not desk.reads("Choose Sound first.")
    desk.panel.use(GenerationRequest("kling-2-6", "A pier", media=first_pictures("https://example.com/a.png")))
    assert desk.one(MenuChip, "Sound Choose…").isVisible()
    loop.run_until_complete(desk.scope.close())


def test_with_one_model_there_is_no_chooser(desk: Desk) -> None:
    desk.attach()
    assert [chip.accessibleName() for chip in desk.all(MenuChip)] == ["Takes ×1", "Route auto"]


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
