"""A prompt with groups or cards: what it stands for is seen, ticked and counted before it is sent, and sent exactly so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.events import PromptLibraryChanged
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.ui.compose.texts_list import TextsList
from sora_studio.ui.compose.texts_strip import TextsStrip
from sora_studio.viewmodels.compose import prompt_texts
from tests.doubles.compose_studio import FakePromptLibrary
from tests.gui.compose_desk import Desk, open_desk

PIER = "A pier at {dawn|dusk}, {calm|rough} sea"
FOUR = [f"A pier at {light}, {sea} sea" for light in ("dawn", "dusk") for sea in ("calm", "rough")]
ANNA = Card("anna", CardKind.CHARACTER, "a ferrywoman of sixty, grey braid")


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


def write(desk: Desk, text: str, *, seen: str) -> None:
    """As by hand, until the line below the editor begins so."""
    desk.editor.replace(text)
    desk.bot.waitUntil(lambda: said(desk).startswith(seen))


def said(desk: Desk) -> str:
    strips = desk.all(TextsStrip)
    return strips[0].accessibleName() if strips else ""


def unfold(desk: Desk) -> TextsList:
    press(desk, "Show texts")
    return desk.all(TextsList)[0]


def press(desk: Desk, words: str) -> None:
    desk.click(next(button for button in desk.all(QPushButton) if button.text() == words))


def rows(shown: TextsList) -> list[str]:
    model = shown.model()
    return [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]


def exact(desk: Desk) -> str:
    return desk.one(QPlainTextEdit, "The exact text").toPlainText()


def send(desk: Desk) -> None:
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


LEFT = Qt.MouseButton.LeftButton


def test_every_text_is_listed_counted_hinted_and_priced_and_the_ticked_ones_are_sent_in_order(desk: Desk) -> None:
    desk.attach()
    write(desk, f"{PIER}, very {{still|}} air", seen="8 texts from 3 groups")
    assert "Generate 8" in desk.generate.text()
    shown = unfold(desk)
    desk.bot.waitUntil(lambda: all("hint" in row for row in rows(shown)))
    assert rows(shown)[0] == "1: dawn · calm · still, 40 characters · 1 hint · $0.10–0.15"
    assert rows(shown)[1] == "2: dawn · calm · nothing, 35 characters · 1 hint · $0.10–0.15"
    assert exact(desk) == "A pier at dawn, calm sea, very still air"
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.visualRect(shown.model().index(0, 0)).topLeft() + QPoint(16, 12))
    assert rows(shown)[0].endswith("not sent")
    shown.setFocus()
    shown.setCurrentIndex(shown.model().index(3, 0))
    assert exact(desk) == "A pier at dawn, rough sea, very  air"
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert said(desk).startswith("6 of 8 texts")
    assert "Generate 6" in desk.generate.text()
    send(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [6])
    sent = [request.prompt for request in desk.requests()]
    assert sent[0] == "A pier at dawn, calm sea, very  air"
    assert sent[-1] == "A pier at dusk, rough sea, very  air"
    assert {request.written for request in desk.requests()} == {f"{PIER}, very {{still|}} air"}


def test_several_selected_are_unticked_together_and_stay_so_while_the_rest_is_written_on(desk: Desk) -> None:
    desk.attach()
    write(desk, PIER, seen="4 texts")
    shown = unfold(desk)
    shown.setFocus()
    shown.selectAll()
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert said(desk).startswith("0 of 4")
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads(prompt_texts.NONE_TICKED))
    shown.clearSelection()
    shown.setCurrentIndex(shown.model().index(2, 0))
    QTest.keyClick(shown, Qt.Key.Key_Space)
    write(desk, f"{PIER}. Slow dolly in.", seen="1 of 4")
    send(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert [request.prompt for request in desk.requests()] == ["A pier at dusk, calm sea. Slow dolly in."]


def test_a_brace_without_its_partner_is_explained_at_its_place_and_nothing_is_sent(desk: Desk) -> None:
    desk.attach()
    write(desk, "A pier at {dawn|dusk", seen="Character 11: This { has no }")
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads("This { has no }"))
    assert not desk.requests()
    desk.editor.replace("A pier at {dawn}")
    desk.bot.waitUntil(lambda: not desk.all(TextsStrip))
    send(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].prompt == "A pier at {dawn}"


def test_texts_that_nobody_has_seen_are_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the key that ends a group and the line below the editor."""
    desk.attach()
    desk.panel._model.texts._pause.setInterval(60_000)
    desk.editor.replace(PIER)
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads("The prompt stands for 4 texts now."))
    assert not desk.requests()
    assert said(desk).startswith("4 texts")
    send(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [4])
    assert [request.prompt for request in desk.requests()] == FOUR


def test_a_question_is_about_the_texts_that_were_ticked_then(desk: Desk) -> None:
    desk.attach()
    desk.studio.submission.question = BatchQuestion(4, "4 tasks for $2.00.", "")
    write(desk, PIER, seen="4 texts")
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads("4 tasks for $2.00."))
    shown = unfold(desk)
    shown.setFocus()
    shown.setCurrentIndex(shown.model().index(0, 0))
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert not desk.reads("4 tasks for $2.00.")


def test_a_card_is_expanded_where_it_is_named_and_its_new_text_counts_at_once(desk: Desk) -> None:
    desk.studio.prompt_library.cards = (ANNA,)
    desk.attach()
    write(desk, "@anna coils a rope", seen="@anna expanded")
    press(desk, "Show text")
    assert exact(desk) == "a ferrywoman of sixty, grey braid coils a rope"
    assert desk.reads("46 / 10,000")
    desk.studio.prompt_library.cards = (Card("anna", CardKind.CHARACTER, "a girl of ten"),)
    desk.events.publish(PromptLibraryChanged())
    desk.bot.waitUntil(lambda: exact(desk) == "a girl of ten coils a rope")
    send(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    (request,) = desk.requests()
    assert (request.prompt, request.written) == ("a girl of ten coils a rope", "@anna coils a rope")


def test_cards_that_name_one_another_are_explained_and_not_sent(desk: Desk) -> None:
    desk.studio.prompt_library.cards = (Card("a", CardKind.PLACE, "@b"), Card("b", CardKind.PLACE, "@a"))
    desk.attach()
    write(desk, "At @a", seen="@a names @b, which names @a again.")
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads("Cards cannot contain themselves."))
    assert not desk.requests()


def test_a_cards_picture_is_added_with_one_press(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "anna.png"
    desk.studio.prompt_library = FakePromptLibrary((Card("anna", CardKind.CHARACTER, "a ferrywoman", str(picture)),))
    desk.attach()
    write(desk, "@anna coils a rope", seen="@anna expanded")
    press(desk, "Add the picture of @anna")
    assert desk.pictures() == [str(picture)]
    assert not [button for button in desk.all(QPushButton) if "picture of" in button.text()]


@pytest.mark.parametrize(
    ("request_sent", "edited"),
    [
        (GenerationRequest("sora-2", "A pier"), "A pier"),
        (GenerationRequest("sora-2", '{"shot": "wide"}'), '{"shot": "wide"}'),
        (GenerationRequest("sora-2", "At {a|b}"), r"At \{a\|b\}"),
        (GenerationRequest("sora-2", "At dawn", written="At {dawn|dusk}"), "At dawn"),
        (GenerationRequest("sora-2", "a girl at dawn", written="@anna at dawn"), "@anna at dawn"),
    ],
)
def test_editing_what_was_sent_makes_the_same_again(desk: Desk, request_sent: GenerationRequest, edited: str) -> None:
    desk.attach()
    desk.panel.use(request_sent)
    desk.bot.waitUntil(lambda: desk.editor.text() == edited)
    assert "Generate 2" not in desk.generate.text()


def test_ten_thousand_characters_with_groups_are_counted_by_their_longest_text(desk: Desk) -> None:
    desk.attach()
    write(desk, f"{{🎬|b}}{'ش' * 9_990}{{|{'x' * 20}}}", seen="4 texts")
    assert desk.reads("10,011 / 10,000")
    send(desk)
    desk.bot.waitUntil(lambda: desk.reads("Text 2: "))
    assert not desk.requests()
