"""What a person learns of one picture: what it is, and what is wrong with it and the way out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.viewmodels.compose.pictures import picture_words
from tests.doubles.pictures import painted
from tests.gui.compose_desk import Desk, Look, open_desk

TOO_LARGE = "noise.png has 13.39 MB, 3.39 MB more than the 10.00 MB allowed."


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


@pytest.fixture
def noise(desk: Desk, tmp_path: Path) -> str:
    """Too large to be sent as it is."""
    path = tmp_path / "noise.png"
    painted(size=(1600, 900)).save(path)
    desk.studio.pictures.problems[path.name] = desk.studio.submission.image_problem = TOO_LARGE
    desk.studio.pictures.offers[path.name] = PreparedPicture(bytes(9_000), "image/jpeg", 1600, 900, 90)
    desk.attach()
    return str(path)


def test_what_can_be_sent_otherwise_says_so_beside_its_well_too(desk: Desk, noise: str) -> None:
    desk.panel.use(
        GenerationRequest(
            "sora-2",
            "A",
            media=first_pictures(noise),
        )
    )
    desk.bot.waitUntil(lambda: desk.reads(f"{TOO_LARGE} Open noise.png to send a JPEG instead."))
    said = f"{TOO_LARGE} Open it to send a JPEG instead."
    desk.bot.waitUntil(lambda: desk.wells()[0].accessibleDescription() == said)
    assert said in desk.wells()[0].toolTip()


def test_an_offer_that_is_taken_leaves_the_keyboard_with_done(desk: Desk, noise: str) -> None:
    look = Look(desk, noise)
    look.wait("Cannot be sent as it is")
    assert look.reads(TOO_LARGE)
    assert look.reads("How it gets there")  # which the offer would go
    assert not look.reads("Open it")
    offer = look.button("Send a JPEG of 9.0 KB instead")
    offer.setFocus()
    desk.studio.submission.image_problem = ""
    desk.click(offer)
    look.wait("What is sent")
    assert look.dialog.focusWidget() is look.button("Done")


def test_a_picture_that_cannot_be_opened_tells_what_its_first_bytes_tell(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "loop.gif"
    frames = [Image.new("RGB", (64, 36), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    desk.studio.pictures.problems[path.name] = "loop.gif is animated; the service takes a still picture."
    desk.studio.pictures.unreadable.add(path.name)
    desk.attach()
    look = Look(desk, str(path))
    look.wait("GIF · 64 × 36 · ")
    assert look.reads("Cannot be sent")
    assert not look.reads("What is sent")


def test_nothing_is_made_up_of_what_is_no_picture(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "film.jpg"
    path.write_bytes(bytes(2000))
    desk.studio.pictures.problems[path.name] = "film.jpg is not a picture."
    desk.studio.pictures.unreadable.add(path.name)
    desk.attach()
    look = Look(desk, str(path))
    look.wait("2.0 KB")
    assert not look.reads("How it gets there")
    assert not look.reads(picture_words.CONSENT)
    assert "2.0 KB" in [label.text() for label in look.dialog.findChildren(QLabel)]


def test_what_is_transparent_is_seen_on_checks_and_cautioned_about(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    Image.new("RGBA", (1600, 900), (0, 0, 0, 0)).save(path)
    desk.studio.pictures.facts[path.name] = ImageFacts("png", 1600, 900, 1000, is_transparent=True)
    desk.attach()
    look = Look(desk, str(path))
    look.wait("Transparent parts may turn black.")
    [caution] = [label for label in look.dialog.findChildren(QLabel) if "turn black" in label.text()]
    assert caution.property("role") == "review"
    middle = look.view.rect().center()
    beside = [middle + QPoint(step, 0) for step in range(2 * theme.GRID)]
    checks = {theme.DARK.raised, theme.DARK.scroll}
    desk.bot.waitUntil(lambda: {QColor(look.view.grab().toImage().pixel(place)).name() for place in beside} == checks)


def test_all_buttons_of_the_bottom_row_stand_on_one_line(desk: Desk, noise: str, tmp_path: Path) -> None:
    look = Look(desk, noise)
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(noise, str(tmp_path / "another.png"))))
    steps = [button for button in look.dialog.findChildren(QToolButton) if button.isVisible()]
    buttons: list[QWidget] = [*steps, *(look.button(words) for words in ("Replace…", "Remove", "Done"))]
    assert len(steps) == 2
    desk.bot.waitUntil(lambda: len({(button.mapTo(look.dialog, QPoint(0, 0)).y(), button.height()) for button in buttons}) == 1)


def test_all_headings_stand_as_near_to_their_words(desk: Desk, tmp_path: Path) -> None:
    Image.new("RGB", (1600, 900), "teal").save(tmp_path / "harbour.png")
    desk.attach()
    look = Look(desk, str(tmp_path / "harbour.png"))
    look.wait("What is sent")
    desk.bot.waitUntil(
        lambda: len({gap_below(look, words) for words in ("harbour.png", "What is sent", "How it gets there")}) == 1
    )


def gap_below(look: Look, heading: str) -> int:
    """From the top of a heading to the top of the words beneath it."""
    labels = [label for label in look.dialog.findChildren(QLabel) if label.isVisible()]
    tops = {label.text(): label.mapTo(look.dialog, QPoint(0, 0)).y() for label in labels if label.x() == 0}
    return min(top for top in tops.values() if top > tops[heading]) - tops[heading]


def test_tab_goes_through_all_that_can_be_pressed_as_it_is_seen(desk: Desk, noise: str, tmp_path: Path) -> None:
    desk.studio.publishing.routes = ()
    desk.studio.pictures.facts["noise.png"] = ImageFacts("png", 1600, 1200, 13_390_000)
    look = Look(desk, noise)
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(noise, str(tmp_path / "another.png"))))
    look.wait("Cannot be sent as it is")
    names = ["Previous picture", "Next picture", "Send a JPEG of 9.0 KB instead", "Leave as is", "Set one up…"]
    visited = list[str]()
    look.button("Done").setFocus()
    for _ in range(8):
        QTest.keyClick(look.dialog, Qt.Key.Key_Tab)
        stop = look.dialog.focusWidget()
        assert isinstance(stop, QAbstractButton)
        visited.append(stop.text() or stop.accessibleName())
    assert visited == [*names, "Replace…", "Remove", "Done"]


def test_return_presses_the_button_that_has_the_keyboard(desk: Desk, noise: str) -> None:
    look = Look(desk, noise)
    look.wait("Cannot be sent as it is")
    for words in ("Send a JPEG of 9.0 KB instead", "Remove"):
        look.button(words).setFocus()
        QTest.keyClick(look.button(words), Qt.Key.Key_Return)
    assert desk.pictures() == []
    assert not look.dialog.isVisible()


def test_done_is_pressed_by_return(desk: Desk, noise: str) -> None:
    look = Look(desk, noise)
    assert look.dialog.focusWidget() is look.button("Done")
    QTest.keyClick(look.button("Done"), Qt.Key.Key_Return)
    assert not look.dialog.isVisible()
    assert desk.pictures() == [noise]


def test_a_long_name_is_cut_in_its_middle_and_breaks_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a_photograph_of_the_harbour_in_the_early_morning_light-final-2.jpg"
    path.write_bytes(bytes(42))
    problem = f"{path.name} is not a picture."
    desk.studio.pictures.problems[path.name] = desk.studio.submission.image_problem = problem
    desk.studio.pictures.unreadable.add(path.name)
    desk.attach()
    look = Look(desk, str(path))
    look.wait(problem)
    look.wait("42 bytes")
    [heading] = [label for label in look.dialog.findChildren(ElidedLabel) if label.isVisible()]
    assert (heading.text(), heading.accessibleName()) == (path.name, path.name)
    look.desk.bot.waitUntil(lambda: heading.shown().endswith("final-2.jpg") and "…" in heading.shown())
    [sentence] = [label for label in look.dialog.findChildren(QLabel) if label.accessibleName() == problem]
    look.desk.bot.waitUntil(lambda: sentence.height() >= 2 * sentence.fontMetrics().height())
    look.desk.bot.waitUntil(lambda: sentence.minimumSizeHint().width() <= sentence.width())
