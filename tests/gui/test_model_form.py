"""The form of a model: every option has a control, the commonest stand in one line, and nothing moves."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.ui.compose.advanced_chip import AdvancedChip
from sora_studio.ui.compose.option_field import OptionField
from sora_studio.ui.kit.controls import CheckChip, MenuChip, SegmentButton
from sora_studio.ui.kit.generate_button import GenerateButton
from sora_studio.ui.kit.number_field import NumberField
from sora_studio.ui.kit.number_slider import NumberSlider
from sora_studio.ui.kit.text_box import TextBox
from sora_studio.viewmodels.compose import form_fields
from tests.doubles.compose_studio import ComposeStudio
from tests.doubles.models import model, shipped_models
from tests.gui.compose_desk import Desk
from tests.gui.form_desk import FormDesk, every_mode, settle

MakeDesk = Callable[..., FormDesk]
WIDE, NARROW = 1060, 687
"""Inside a composer of 1,100 px, and inside the one that a window of 1,100 px has beside the tasks."""


@pytest.fixture
def make_desk(qtbot: QtBot, loop: StudioEventLoop) -> MakeDesk:
    def make(width: int = WIDE, *profiles: ModelProfile) -> FormDesk:
        desk = FormDesk(width, {profile.slug: profile for profile in profiles} or None)
        qtbot.addWidget(desk)
        desk.show()
        desk.activateWindow()
        qtbot.waitUntil(desk.isActiveWindow)
        return desk

    return make


def controls(desk: FormDesk) -> list[QWidget]:
    kinds = (MenuChip, CheckChip, NumberSlider, SegmentButton, GenerateButton)
    return [widget for kind in kinds for widget in desk.all(kind)]


def open_more(desk: FormDesk) -> None:
    QTest.mouseClick(desk.one(AdvancedChip, "More options"), Qt.MouseButton.LeftButton)


def press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or widget, key)


# --- one line -------------------------------------------------------------------------------------------------------------


def test_every_model_in_every_mode_fits_one_line_of_1100_px_with_nothing_cut(make_desk: MakeDesk) -> None:
    desk = make_desk(WIDE)
    for slug, mode in every_mode(desk.models):
        desk.show_mode(slug, mode)
        places = {widget: desk.place(widget) for widget in controls(desk)}
        assert len({place.center().y() // 4 for place in places.values()}) == 1, (slug, mode)
        in_order = sorted(places.values(), key=QRect.left)
        assert all(one.right() < next_one.left() for one, next_one in pairwise(in_order)), (slug, mode)
        assert all(desk.rect().contains(place) for place in in_order)
        for chip in desk.all(MenuChip):
            assert "…" not in chip.shown().removesuffix("Choose…").removesuffix("Sound…"), (slug, mode, chip.shown())
        titles = {option.title for option in desk.models[slug].options_in(mode) if form_fields.comes_first(option)}
        named = " ".join(widget.accessibleName() for widget in places)
        assert all(title in named for title in titles), (slug, mode)
        assert "Takes ×1" in named


def test_beside_the_tasks_of_a_window_of_1100_px_the_commonest_stay_on_one_line_with_generate(make_desk: MakeDesk) -> None:
    desk = make_desk(NARROW)
    heights = set[int]()
    for slug, mode in every_mode(desk.models):
        desk.show_mode(slug, mode)
        heights.add(desk.row.height())
        line = desk.place(desk.generate)
        beside = [widget for widget in controls(desk) if desk.place(widget).center().y() > line.top()]
        assert all(desk.rect().contains(desk.place(widget)) for widget in controls(desk)), (slug, mode)
        named = " ".join(widget.accessibleName() for widget in beside)
        first = [option for option in desk.models[slug].options_in(mode) if form_fields.comes_first(option)]
        assert all(option.title in named for option in first), (slug, mode, named)
    assert len(heights) == 1


@pytest.mark.parametrize("width", [1100, 728])
def test_another_model_does_not_move_the_editor(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path, width: int) -> None:
    desk = Desk(qtbot, ComposeStudio(tmp_path, *shipped_models().values()))
    desk.attach()
    desk.panel.resize(width, 400)
    qtbot.waitUntil(lambda: desk.panel.width() == width)
    settle()
    before, notes = desk.editor.geometry(), list[str]()
    for slug, profile in reversed(shipped_models().items()):
        [chip] = [chip for chip in desk.all(MenuChip) if chip.accessibleName().startswith("Model")]
        desk.choose_model(chip.accessibleName(), profile.title)
        settle()
        assert desk.editor.geometry() == before, slug
        notes += [label.text() for label in desk.all(QLabel) if " becomes " in label.text()]
    assert notes
    loop.run_until_complete(desk.scope.close())


# --- numbers --------------------------------------------------------------------------------------------------------------


def test_a_number_is_chosen_with_every_key_and_by_typing(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("seedance-2-0")
    slider = desk.one(NumberSlider, "Duration 5 s")
    assert slider.accessibleDescription() == "Duration: 4 s to 15 s"
    slider.setFocus()
    seen = list[object]()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_Home):
        press(slider, key)
        seen.append(desk.request.options["duration"])
    assert seen == [6, 8, 15, 14, 12, 4]
    press(slider, Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert desk.request.options["duration"] == 11
    assert slider.hasFocus()
    press(slider, Qt.Key.Key_9, Qt.Key.Key_9, Qt.Key.Key_Return)
    assert desk.request.options["duration"] == 15
    press(slider, Qt.Key.Key_7, Qt.Key.Key_Escape)
    assert (desk.request.options["duration"], slider.accessibleName()) == (15, "Duration 15 s")


def test_a_number_is_dragged_on_its_bar_and_the_wheel_leaves_it_alone(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("seedance-2-0")
    slider = desk.one(NumberSlider, "Duration 5 s")
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 14, 16))
    assert desk.request.options["duration"] == 15
    QTest.mouseMove(slider, QPoint(0, 16))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(0, 16))
    assert desk.request.options["duration"] == 4
    assert not slider.hasFocus()


def test_a_float_keeps_to_its_steps_and_shows_no_binary_noise(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("kling-2-1", "master-text-to-video")
    open_more(desk)
    slider = desk.one(NumberSlider, "Prompt strength Auto")
    slider.setFocus()
    values = list[object]()
    for _ in range(4):
        press(slider, Qt.Key.Key_Right)
        values.append(desk.request.options["cfg_scale"])
    assert values == [0.1, 0.2, 0.3, 0.4]
    assert desk.one(NumberSlider, "Prompt strength 0.4").words == "0.4"
    for key in "0.66":
        QTest.keyClicks(QApplication.focusWidget() or slider, key)
    press(slider, Qt.Key.Key_Return)
    assert desk.request.options["cfg_scale"] == 0.7
    QTest.mouseClick(desk.one(SegmentButton, "Prompt strength Auto"), Qt.MouseButton.LeftButton)
    assert "cfg_scale" not in desk.request.options


def test_a_seed_is_auto_random_or_a_number(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("ltx-2-19b")
    open_more(desk)
    field = desk.one(NumberField, "Seed")
    assert desk.one(SegmentButton, "Seed Auto").isChecked()
    QTest.mouseClick(desk.one(SegmentButton, "Seed Random"), Qt.MouseButton.LeftButton)
    assert desk.request.options["seed"] == -1
    assert field.text() == ""
    QTest.keyClicks(field, "47a11")
    assert desk.request.options["seed"] == 4711
    assert not any(desk.one(SegmentButton, f"Seed {word}").isChecked() for word in ("Auto", "Random"))
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert "seed" not in desk.request.options
    assert desk.one(SegmentButton, "Seed Auto").isChecked()


# --- text -----------------------------------------------------------------------------------------------------------------


def test_a_text_is_kept_whole_counted_near_its_limit_and_marked_beyond(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("kling-2-1", "master-text-to-video")
    open_more(desk)
    box = desk.one(TextBox, "Leave out")
    assert box.hasFocus()
    for text, said in (("haze", ""), ("🙂" * 460, "460 / 500"), ("שלום עולם " * 1_000, "9,500 over")):
        QGuiApplication.clipboard().setText(text)
        box.selectAll()
        box.paste()
        assert desk.request.options["negative_prompt"] == text
        shown = [label.text() for label in desk.all(QLabel)]
        assert said in shown
        assert bool(box.extraSelections()) is ("over" in said)
    box.selectAll()
    press(box, Qt.Key.Key_Delete)
    assert "negative_prompt" not in desk.request.options


# --- rules ----------------------------------------------------------------------------------------------------------------


def test_what_a_rule_forbids_is_grey_and_says_why_to_pointer_and_keyboard(make_desk: MakeDesk) -> None:
    desk = make_desk(1400)
    desk.show_mode("wan-2-5-video", resolution="480p")
    say = "4:3 and 3:4 need 720p or 1080p."
    chip = desk.one(MenuChip, "Aspect ratio 16:9")
    assert chip.accessibleDescription() == say
    menu = chip.menu()
    grey = [action for action in menu.actions() if not action.isEnabled()]
    assert [action.text() for action in grey] == [f"4:3\t{say}", f"3:4\t{say}"]
    menu.popup(desk.mapToGlobal(QPoint(0, 0)))
    for _ in range(4):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is grey[0]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    menu.close()
    assert desk.request.options["aspect_ratio"] == "16:9"
    desk.choose("resolution", "720p")
    assert all(action.isEnabled() for action in menu.actions())
    desk.choose("aspect_ratio", "4:3")
    small = desk.one(SegmentButton, "Resolution 480p")
    assert small.accessibleDescription() == say
    QTest.mouseClick(small, Qt.MouseButton.LeftButton)
    assert desk.request.options["resolution"] == "720p"
    desk.one(SegmentButton, "Resolution 720p").setFocus()
    press(small, Qt.Key.Key_Left)
    assert small.hasFocus()
    assert not small.isChecked()
    assert say in QToolTip.text()


def test_a_rule_of_a_mode_holds_in_that_mode(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("veo-3-1", "fast-reference")
    assert desk.one(SegmentButton, "Aspect ratio 9:16").toolTip() == "<qt>Reference pictures work in 16:9 only.</qt>"
    desk.show_mode("veo-3-1", "fast-text")
    QTest.mouseClick(desk.one(SegmentButton, "Aspect ratio 9:16"), Qt.MouseButton.LeftButton)
    assert desk.request.options["aspect_ratio"] == "9:16"


def test_a_range_ends_where_a_rule_says(make_desk: MakeDesk) -> None:
    option = "[[option]]\nfield = '{}'\ntitle = '{}'\nkind = '{}'\n{}\n"
    desk = make_desk(
        WIDE,
        model(
            "text",
            option.format("seconds", "Duration", "int", "meaning = 'duration_s'\nunit = 's'\nmin = 2\nmax = 15\ndefault = 5"),
            option.format("sharp", "Sharp", "switch", "default = false"),
            "[[rule]]\nwhen = { sharp = true }\nallow = { seconds = { max = 8 } }\nsay = 'Sharp clips last at most 8 s.'",
        ),
    )
    desk.show_mode("m", seconds=7)
    desk.choose("sharp", True)
    slider = desk.one(NumberSlider, "Duration 7 s")
    assert slider.accessibleDescription() == "Duration: 2 s to 8 s. Sharp clips last at most 8 s."
    slider.setFocus()
    press(slider, Qt.Key.Key_End)
    assert desk.request.options["seconds"] == 8
    desk.choose("sharp", False)
    desk.choose("seconds", 12)
    sharp = desk.one(CheckChip, "Sharp")
    assert sharp.accessibleDescription() == "Sharp clips last at most 8 s."
    QTest.mouseClick(sharp, Qt.MouseButton.LeftButton)
    assert desk.request.options["sharp"] is False
    assert not sharp.isChecked()


# --- behind the dots ------------------------------------------------------------------------------------------------------


def test_the_dots_name_what_differs_and_the_form_fits_the_smallest_window(make_desk: MakeDesk) -> None:
    desk = make_desk(NARROW)
    desk.show_mode("vidu-q3", "turbo-text-to-video")
    chip = desk.one(AdvancedChip, "More options")
    assert chip.accessibleDescription() == ""
    open_more(desk)
    QTest.mouseClick(desk.one(SegmentButton, "Motion Large"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(desk.one(CheckChip, "Music"), Qt.MouseButton.LeftButton)
    assert chip.accessibleDescription() == "Motion: Large. Music: Off"
    assert "Motion: Large. Music: Off" in chip.toolTip()
    assert QRect(desk.mapToGlobal(QPoint(0, 0)), desk.size()).contains(desk.panel.geometry())
    for line in desk.all(OptionField):
        assert desk.panel.rect().contains(QRect(line.mapTo(desk.panel, QPoint(0, 0)), line.size()))
    press(desk.panel, Qt.Key.Key_Escape)
    assert not desk.panel.isVisible()


@pytest.mark.parametrize(("slug", "mode"), [("vidu-q3", "text-to-video"), ("grok-video", "image-to-video")])
def test_every_option_of_a_model_has_a_control_with_its_name(make_desk: MakeDesk, slug: str, mode: str) -> None:
    desk = make_desk(NARROW)
    desk.show_mode(slug, mode)
    open_more(desk)
    kinds = (MenuChip, CheckChip, NumberSlider, SegmentButton, NumberField, TextBox)
    named = [widget.accessibleName() for kind in kinds for widget in desk.all(kind)]
    for option in desk.models[slug].options_in(mode):
        assert any(name.startswith(option.title) for name in named), option.title


def test_what_must_be_chosen_behind_the_dots_is_led_to(make_desk: MakeDesk) -> None:
    profile = model("text", "[[option]]\nfield = 'note'\ntitle = 'Note'\nkind = 'text'\nrequired = true")
    desk = make_desk(WIDE, profile)
    desk.show_mode("m")
    desk.problems = {"note": "Choose Note first."}
    desk.show_request()
    assert desk.one(AdvancedChip, "More options").accessibleDescription() == "Choose Note first"
    desk.chips.focus_field("note")
    assert desk.one(TextBox, "Note").hasFocus()
    assert any(label.text() == "Choose…" for label in desk.all(QLabel))
    assert any("Choose Note first." in label.accessibleName() for label in desk.all(QLabel))


# --- modes ----------------------------------------------------------------------------------------------------------------


def test_the_mode_is_chosen_from_a_menu_that_explains_each(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("seedance-2-0", "omni_reference")
    actions = desk.one(MenuChip, "Mode References").menu().actions()
    assert [action.text().split("\t") for action in actions] == [
        ["Text to video", "From words alone"],
        ["First and last frame", "Begins with a picture, and may end with one"],
        ["References", "Follows your pictures, films and sounds"],
    ]
    assert [action.isChecked() for action in actions] == [False, False, True]
    actions[1].trigger()
    assert desk.modes_chosen == ["first_and_last_frames"]


def test_a_control_that_both_modes_have_stays_the_same(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.show_mode("seedance-2-0", "text-to-video")
    slider = desk.one(NumberSlider, "Duration 5 s")
    slider.setFocus()
    desk.show_mode("seedance-2-0", "first_and_last_frames")
    assert slider.hasFocus()
    desk.show_mode("kling-2-6", "text-to-video")
    assert desk.one(SegmentButton, "Duration 5 s").hasFocus()
