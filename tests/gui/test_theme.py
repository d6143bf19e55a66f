"""The look: the drawing's colours, readable words, crisp icons, one font with even figures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from sora_studio.domain.settings import Theme
from sora_studio.domain.writing.terms import TermKind
from sora_studio.paths import resources_dir
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.theme import Tokens

LOOKS = [theme.DARK, theme.LIGHT]
ICONS = sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    channels = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", LOOKS)
def test_words_can_be_read_wherever_they_stand(look: Tokens) -> None:
    for ground in (look.window, look.panel, look.raised, look.selection, look.hover):
        assert contrast(look.text, ground) >= 4.5
        assert contrast(look.secondary, ground) >= 4.5
    for ground in (look.window, look.panel, look.raised, look.hover):
        assert min(contrast(ink, ground) for ink in (look.review, look.ready, look.failed)) >= 4.5
    assert min(contrast(ink, look.selection) for ink in (look.review, look.ready)) >= 4.5, "failed words turn plain there"
    assert contrast(look.on_accent, look.accent) >= 4.5
    assert contrast(look.on_accent, look.accent_hover) >= 4.5


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", [*TermKind, "of one's own"])
def test_coloured_terms_can_be_read_in_the_prompt_and_in_lists(qapp: QApplication, look: Tokens, kind: str) -> None:
    theme.apply(qapp, Theme.DARK if look is theme.DARK else Theme.LIGHT)
    assert theme.tokens() is look
    for ground in (look.window, look.panel, look.raised, look.selection, look.hover):
        assert contrast(theme.term_colour(kind), ground) >= 4.5
        assert theme.term_colour(kind) != look.text


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn_in_the_colour_asked_for(name: str) -> None:
    image = theme.icon(name, "#12ab34").pixmap(24, 24).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 250}
    assert colours
    assert all(abs(QColor(colour).green() - 0xAB) < 4 for colour in colours)


def test_the_font_is_ours_and_its_figures_are_even() -> None:
    font = theme.font(size_px=13)
    metrics = QFontMetricsF(font)
    assert QFontInfo(font).family() == "Inter"
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1
    assert QFontInfo(theme.font(semibold=True)).weight() == 600


def test_the_look_follows_the_system_at_once(qapp: QApplication, qtbot: QtBot) -> None:
    hints = qapp.styleHints()
    theme.apply(qapp, Theme.SYSTEM)
    with qtbot.waitSignal(theme.notifier.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)  # what a change of the system's comes in as
    assert theme.tokens() is theme.LIGHT
    with qtbot.waitSignal(theme.notifier.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is theme.DARK


def test_a_choice_holds_against_the_system(qapp: QApplication) -> None:
    theme.apply(qapp, Theme.LIGHT)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is theme.LIGHT


def test_a_role_changes_after_the_widget_was_shown(qtbot: QtBot) -> None:
    label = QLabel("Words")
    qtbot.addWidget(label)
    label.show()
    theme.set_role(label, "failed")
    assert label.palette().windowText().color().name() == theme.DARK.failed
    theme.set_role(label, "ready")
    assert label.palette().windowText().color().name() == theme.DARK.ready
