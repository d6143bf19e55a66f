"""Snippets and cards in the prompt: completed behind / and @, filled in with Tab, explained under the pointer."""

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_item import PromptItem
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.domain.writing.templates import Field, Template
from sora_studio.ui.compose.editing.mark_layers import Layer
from tests.gui.test_editor_tools import Bench

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BEATS = Snippet("beats", "0–4 s ${1:Wide 🛥️}. $2\n4–8 s ${3:Close}, again $1. $0", "Two beats")
LIGHT = Snippet("light", "at ${1:dusk}$2${3:, rain}!")
ANNA = Card("anna", CardKind.CHARACTER, "Anna, 40, red coat", "/cards/anna.png")
PIER = Card("pier", CardKind.PLACE, "a wooden pier where @anna waits")
ITEMS: tuple[PromptItem, ...] = (BEATS, LIGHT, ANNA, PIER)
TEMPLATE = Template(
    "one", "One", "[[who]] meets [[other]].\n[[who]] smiles.", (Field("who", "Who", "A man"), Field("other", "Whom", "a boy"))
)


@pytest.fixture
def bench(qtbot: QtBot, loop: StudioEventLoop) -> Iterator[Bench]:
    made = Bench(qtbot, loop)
    made.writing.parts.use(PromptCollection(tuple(KeptItem(item, f"{item.name}.toml", True, "") for item in ITEMS)))
    made.writing.parts.use_tags(("@Image{n}",))
    yield made
    loop.run_until_complete(made.scope.close())
    made.panel.close()
    made.panel.deleteLater()
    assert made.errors == []


def offered(bench: Bench) -> list[str]:
    return [bench.popup.item(row).text() for row in range(bench.popup.count())] if bench.popup.isVisible() else []


def test_a_slash_offers_snippets_and_enter_inserts_one_with_its_stops(bench: Bench) -> None:
    bench.editor.replace("Scene 🛥️ ")
    bench.type("/")
    assert offered(bench) == ["/beats", "/light"]
    assert bench.popup.accessibleName() == "Snippets"
    bench.type("be")
    assert offered(bench) == ["/beats"]
    bench.key(Qt.Key.Key_Return)
    assert bench.editor.text() == "Scene 🛥️ 0–4 s Wide 🛥️. \n4–8 s Close, again Wide 🛥️. "
    assert bench.selected() == "Wide 🛥️"
    bench.type("Tight")
    assert bench.editor.text() == "Scene 🛥️ 0–4 s Tight. \n4–8 s Close, again Tight. "
    bench.key(Qt.Key.Key_Tab)
    bench.type("Rain")
    bench.key(Qt.Key.Key_Tab)
    assert bench.selected() == "Close"
    bench.key(Qt.Key.Key_Backtab, SHIFT)
    assert bench.selected() == "Rain"
    bench.key(Qt.Key.Key_Tab)
    bench.key(Qt.Key.Key_Tab)
    bench.type("End")
    assert bench.editor.text() == "Scene 🛥️ 0–4 s Tight. Rain\n4–8 s Close, again Tight. End"
    bench.key(Qt.Key.Key_Tab)
    assert not bench.editor.hasFocus(), "at the end Tab has its usual job again"
    assert bench.marked(Layer.STOPS) == []


def test_stops_side_by_side_take_in_what_is_typed_at_their_own_edge_only(bench: Bench) -> None:
    bench.writing.parts.insert_snippet(LIGHT)
    assert bench.marked(Layer.STOPS) == ["dusk", ", rain"]
    bench.key(Qt.Key.Key_End)
    bench.key(Qt.Key.Key_Tab)  # the caret is at the last stop already
    assert not bench.editor.hasFocus()
    bench.editor.replace("")
    bench.writing.parts.insert_snippet(LIGHT)
    bench.type("dawn")
    bench.key(Qt.Key.Key_Tab)
    bench.type(" and snow")
    bench.key(Qt.Key.Key_Tab)
    assert bench.selected() == ", rain"
    bench.type(", hail")
    bench.key(Qt.Key.Key_Backtab, SHIFT)
    assert bench.selected() == " and snow"
    assert bench.editor.text() == "at dawn and snow, hail!"


def test_one_undo_takes_a_mirrored_key_back_everywhere_and_one_more_the_snippet(bench: Bench) -> None:
    bench.type("Then ")
    bench.writing.parts.insert_snippet(BEATS)
    inserted = bench.editor.text()
    bench.type("X")
    assert bench.editor.text().count("X") == 2
    bench.editor.undo()
    assert bench.editor.text() == inserted
    bench.type("Y")
    assert bench.editor.text().count("Y") == 2
    bench.editor.undo()
    bench.editor.undo()
    assert bench.editor.text() == "Then "
    assert not bench.writing.parts.stops.is_active
    bench.editor.redo()
    assert bench.editor.text() == inserted


def test_esc_ends_the_stops_and_tab_elsewhere_has_its_usual_job(bench: Bench) -> None:
    bench.type("Then ")
    bench.writing.parts.insert_snippet(BEATS)
    bench.key(Qt.Key.Key_Escape)
    assert not bench.writing.parts.stops.is_active
    bench.editor.replace("Then ")
    bench.writing.parts.insert_snippet(BEATS)
    bench.key(Qt.Key.Key_Home, CTRL)
    bench.key(Qt.Key.Key_Tab)
    assert not bench.editor.hasFocus()
    assert not bench.writing.parts.stops.is_active


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_typed_the_same_stops_stay_the_same_and_undo_leads_back(bench: Bench, seed: int) -> None:
    chance, editor, stops = random.Random(seed), bench.editor, bench.writing.parts.stops
    editor.replace("Before 🛥️ ")
    editor.forget_history()
    text = "".join(chance.choice(("$1", "$2", "${3:ab 🛥️}", "$3", " ", "x\n", "$0")) for _ in range(9))
    bench.writing.parts.insert_snippet(Snippet("any", f"{text}$1${{2:cd}}$1"))
    keys = [
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Left,
        Qt.Key.Key_A,
        Qt.Key.Key_Return,
    ]
    for _ in range(60):
        if not stops.is_active:
            break
        match chance.random():
            case step if step < 0.1:
                editor.undo()
            case step if step < 0.15:
                editor.redo()
            case _:
                QTest.keyClick(editor, chance.choice(keys))
        if stops.is_active:
            assert len(set(stops.present_texts)) == 1, f"{editor.text()!r}"
    for _ in range(editor.document().availableUndoSteps()):
        editor.undo()
    assert editor.text() == "Before 🛥️ "


def test_another_draft_has_no_stops(bench: Bench) -> None:
    bench.writing.parts.insert_snippet(BEATS)
    bench.editor.show_draft(2, "Other", caret=0, leaving=1)
    assert not bench.writing.parts.stops.is_active
    assert bench.editor.extraSelections() == []


def test_a_template_fills_the_editor_and_one_undo_brings_the_text_back(bench: Bench) -> None:
    bench.type("My own words")
    bench.writing.parts.use_template(TEMPLATE)
    assert bench.selected() == "A man"
    bench.type("Ida")
    bench.key(Qt.Key.Key_Tab)
    bench.type("Bo")
    bench.key(Qt.Key.Key_Tab)
    assert bench.editor.text() == "Ida meets Bo.\nIda smiles."
    assert bench.editor.caret() == len(bench.editor.text())
    while bench.editor.text() != "A man meets a boy.\nA man smiles.":
        bench.editor.undo()
    bench.editor.undo()
    assert bench.editor.text() == "My own words"


@pytest.mark.parametrize("text", ["and/", "10/"])
def test_a_slash_within_words_offers_nothing(bench: Bench, text: str) -> None:
    bench.type(text)
    assert offered(bench) == []


def test_an_at_offers_cards_and_inserts_the_name(bench: Bench) -> None:
    bench.type("Now (@")
    assert offered(bench) == ["@anna", "@pier"]
    bench.type("PI")
    bench.key(Qt.Key.Key_Tab)
    assert bench.editor.text() == "Now (@pier"
    bench.type(" a@")
    assert offered(bench) == []
    bench.type(" @Image1")
    assert offered(bench) == []
    assert bench.editor.text() == "Now (@pier a@ @Image1"


def test_enter_behind_a_name_typed_in_full_begins_a_line(bench: Bench) -> None:
    bench.type("With @ann")
    assert offered(bench) == ["@anna"]
    bench.type("a")
    assert offered(bench) == []
    bench.key(Qt.Key.Key_Return)
    assert bench.editor.text() == "With @anna\n"


def test_the_tip_of_a_card_says_what_it_expands_to_and_leaves_the_models_own_names(bench: Bench) -> None:
    bench.editor.replace("On @pier, @Image1 and <<<anna>>> with @anna.")
    assert bench.tip_at(5) == "<qt>@pier · place<br>a wooden pier where Anna, 40, red coat waits</qt>"
    assert "Picture: anna.png" in bench.tip_at(bench.editor.text().rindex("@") + 2)
    bench.bot.waitUntil(lambda: bench.tip_at(12) == "")
