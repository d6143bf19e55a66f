"""What helps to write, as a person uses it: find and replace, terms, hints, spelling, completion."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QToolTip
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.writing.hints import Hint, Level
from sora_studio.domain.writing.terms import Term, TermKind, TermSpan, Vocabulary
from sora_studio.services.writing.spell_checker import SpellChecker
from sora_studio.ui.compose.editing.completion_popup import CompletionPopup
from sora_studio.ui.compose.editing.desk import WritingDesk
from sora_studio.ui.compose.editing.editor_look import EditorLook
from sora_studio.ui.compose.editing.find_bar import FindBar
from sora_studio.ui.compose.editing.mark_layers import Layer
from sora_studio.ui.compose.editing.term_colours import TermColours
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.term_completion import Offer
from tests.unit.services.writing.test_spell_checker import dictionary

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
VOCABULARY = Vocabulary(
    [
        Term(TermKind.CAMERA_MOVE, "slow dolly in", "moves closer, calm"),
        Term(TermKind.LIGHT, "golden hour", "low, warm"),
        Term(TermKind.CAMERA_MOVE, "dolly zoom", "the background grows"),
        Term(TermKind.MOOD, "dreamlike", "soft, slow"),
    ]
)
OFFERS = [Offer(term.words, term.gloss, term.kind) for term in VOCABULARY.terms]
find_terms = VOCABULARY.find


class Bench:
    """The composer's panel on a screen, and what a person sees of its text."""

    def __init__(self, qtbot: QtBot, loop: StudioEventLoop) -> None:
        self.bot, self.loop = qtbot, loop
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _: self.errors.append(error))
        self.panel = ComposePanel(self.scope)
        self.panel.resize(1000, 500)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()
        self.editor.setFocus()
        qtbot.waitUntil(self.editor.hasFocus)

    @property
    def editor(self) -> PromptEditor:
        editor = self.panel.findChild(PromptEditor)
        assert editor is not None
        return editor

    @property
    def writing(self) -> WritingDesk:
        return self.panel.writing

    @property
    def bar(self) -> FindBar:
        return self.writing.find_bar

    @property
    def popup(self) -> CompletionPopup:
        popup = self.panel.findChild(CompletionPopup)
        assert popup is not None
        return popup

    def counts(self, words: str) -> bool:
        return any(label.text() == words for label in self.bar.findChildren(QLabel))

    def wait_count(self, words: str) -> None:
        self.bot.waitUntil(lambda: self.counts(words))

    def press(self, name: str) -> None:
        buttons = [*self.bar.findChildren(QPushButton), *self.bar.findChildren(QToolButton)]
        [button] = [one for one in buttons if name in (one.accessibleName(), one.text())]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, words: str) -> None:
        """Into what has the focus."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, words)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, modifier)

    def field(self, name: str) -> QLineEdit:
        [field] = [one for one in self.bar.findChildren(QLineEdit) if one.accessibleName() == name]
        return field

    def selected(self) -> str:
        return self.editor.textCursor().selectedText()

    def marked(self, *layers: Layer) -> list[str]:
        return [
            mark.cursor.selectedText()  # type: ignore[attr-defined] - the stubs call it a slot
            for layer in layers or (Layer.SPELLING, Layer.HINTS)
            for mark in self.editor.marks.of(layer)
        ]

    def painted(self, colour: str) -> QRect:
        """The area of the editor in which there are points of this colour."""
        picture = self.editor.viewport().grab().toImage()
        wanted = QColor(colour).rgb()
        places = [(x, y) for x in range(picture.width()) for y in range(picture.height()) if picture.pixel(x, y) == wanted]
        if not places:
            return QRect()
        xs, ys = [x for x, _ in places], [y for _, y in places]
        return QRect(QPoint(min(xs), min(ys)), QPoint(max(xs), max(ys)))

    def coloured(self) -> dict[str, str]:
        """Coloured words and their colours, as painted."""
        found = dict[str, str]()
        block = self.editor.document().begin()
        while block.isValid():
            text = block.text().encode("utf-16-le")
            for part in block.layout().formats():
                words = text[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le")  # type: ignore[attr-defined]
                found[words] = part.format.foreground().color().name()  # type: ignore[attr-defined]
            block = block.next()
        return found

    def tip_at(self, place: int) -> str:
        self.editor.set_caret(place)
        rect = self.editor.cursorRect()
        at = QPoint(rect.left() + 2, rect.center().y())
        view = self.editor.viewport()
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at)))
        return QToolTip.text()


@pytest.fixture
def bench(qtbot: QtBot, loop: StudioEventLoop) -> Iterator[Bench]:
    made = Bench(qtbot, loop)
    yield made
    loop.run_until_complete(made.scope.close())
    made.panel.close()
    made.panel.deleteLater()
    assert made.errors == []


def test_matches_are_counted_marked_and_walked_through(bench: Bench) -> None:
    bench.editor.replace("Ferry 🛥️ at dawn.\nThe ferry leaves; a ferryman waits.", caret=0)
    bench.key(Qt.Key.Key_F, CTRL)
    bench.type("ferry")
    bench.wait_count("1 of 3")
    assert bench.selected() == "Ferry"
    assert bench.marked(Layer.FOUND) == ["Ferry", "ferry", "ferry"]
    bench.key(Qt.Key.Key_F3)
    bench.wait_count("2 of 3")
    bench.key(Qt.Key.Key_Return)
    bench.wait_count("3 of 3")
    bench.key(Qt.Key.Key_F3)
    bench.wait_count("1 of 3")
    bench.key(Qt.Key.Key_F3, SHIFT)
    bench.wait_count("3 of 3")
    bench.press("Whole words")
    bench.wait_count("1 of 2")
    bench.press("Match case")
    bench.wait_count("1 of 1")
    bench.type("x")
    bench.wait_count("No matches")
    assert bench.panel.dismiss()
    assert not bench.bar.isVisible()
    assert bench.editor.hasFocus()
    assert bench.editor.extraSelections() == []
    assert not bench.panel.dismiss()


def test_typing_in_the_prompt_counts_again_and_moves_nothing(bench: Bench) -> None:
    bench.editor.replace("ferry", caret=5)
    bench.key(Qt.Key.Key_F, CTRL)
    bench.type("ferry")
    bench.wait_count("1 of 1")
    bench.editor.setFocus()
    bench.key(Qt.Key.Key_End)
    bench.type(" ferry and")
    bench.wait_count("2 found")
    assert bench.editor.caret() == len("ferry ferry and")


def test_replacing_all_is_one_undo_step(bench: Bench) -> None:
    before = "pier at dawn\npier at dusk\n🛥️ pier"
    bench.editor.replace(before)
    bench.editor.forget_history()
    bench.key(Qt.Key.Key_H, CTRL)
    bench.type(r"(p)ier at (\w+)")
    bench.press("Regular expression")
    bench.wait_count("1 of 2")
    bench.field("Replace with").setFocus()
    bench.type(r"\2 \1")
    bench.press("Replace all")
    bench.bot.waitUntil(lambda: bench.editor.text() == "dawn p\ndusk p\n🛥️ pier")
    bench.editor.undo()
    assert bench.editor.text() == before


def test_replacing_one_goes_on_to_the_next(bench: Bench) -> None:
    bench.editor.replace("pier, pier, pier", caret=0)
    bench.key(Qt.Key.Key_H, CTRL)
    bench.type("pier")
    bench.wait_count("1 of 3")
    bench.field("Replace with").setFocus()
    bench.type("quay")
    bench.press("Replace")
    bench.bot.waitUntil(lambda: bench.editor.text() == "quay, pier, pier")
    bench.wait_count("1 of 2")
    bench.key(Qt.Key.Key_Return)
    bench.bot.waitUntil(lambda: bench.editor.text() == "quay, quay, pier")
    bench.wait_count("1 of 1")


@pytest.mark.parametrize(("pattern", "words"), [("(a", "missing )"), ("(a+)+$", "takes too long")])
def test_a_pattern_that_cannot_be_used_is_explained_and_the_window_stays_alive(bench: Bench, pattern: str, words: str) -> None:
    bench.editor.replace("a" * 9_999 + "!", caret=0)
    bench.key(Qt.Key.Key_F, CTRL)
    bench.press("Regular expression")
    bench.type(pattern)
    turns = 0

    def is_explained() -> bool:
        nonlocal turns
        turns += 1
        return any(words in label.text() for label in bench.bar.findChildren(QLabel))

    bench.bot.waitUntil(is_explained)
    assert turns > 5


def test_terms_have_the_colour_of_their_kind_in_both_themes(bench: Bench) -> None:
    bench.editor.replace("🛥️ Slow dolly in at golden hour\nשלום dreamlike")
    bench.writing.use_terms(find_terms, OFFERS)
    colours = theme.tokens()
    expected = {
        "Slow dolly in": colours.term_camera,
        "golden hour": colours.term_light,
        "dreamlike": colours.term_mood,
    }
    bench.bot.waitUntil(lambda: bench.coloured() == expected)
    bench.key(Qt.Key.Key_End, CTRL)
    bench.type(", slow dolly in")
    assert "slow dolly in" in bench.coloured()
    bench.editor.undo()
    assert bench.editor.text().endswith("dreamlike, "), "colours are no edit"
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.Theme.LIGHT)
    assert bench.coloured()["golden hour"] == theme.tokens().term_light != colours.term_light
    bench.writing.take_look(EditorLook(shows_terms=False))
    assert bench.coloured() == {}


def test_searching_around_a_change_finds_what_searching_all_finds(qapp: QApplication) -> None:
    chance, owner = random.Random(7), QObject()
    colours = TermColours(QTextDocument(owner), owner)
    colours.use(find_terms)
    text = "Slow dolly in at golden hour, then a dolly zoom. " * 40
    for _ in range(300):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 2, 9, 30)))
        text = text[:start] + chance.choice(("", "a", " ", "golden hour", "slow dolly in ", "in")) + text[end:]
        found = [(start, end) for start, end, _ in colours.spans_of(text)]
        assert found == [(span.start, span.end) for span in find_terms(text)]


def test_a_long_paragraph_is_coloured_as_if_it_were_searched_whole(bench: Bench) -> None:
    text = "Slow dolly in at golden hour, then a dolly zoom. " * 60
    bench.writing.use_terms(find_terms, OFFERS)
    bench.editor.replace(text, caret=len(text) // 2)
    searched = list[int]()

    def find(part: str) -> list[TermSpan]:
        searched.append(len(part))
        return find_terms(part)

    bench.writing.use_terms(find, OFFERS)
    bench.bot.waitUntil(lambda: bool(bench.coloured()))
    searched.clear()
    for keys in ("golden hour ", "slow", " dolly", " in"):
        bench.type(keys)
    for _ in range(9):
        bench.key(Qt.Key.Key_Backspace)
    bench.editor.undo()
    assert max(searched) < 500
    block = bench.editor.document().firstBlock()
    painted = [(part.start, part.start + part.length) for part in block.layout().formats()]  # type: ignore[attr-defined]
    assert painted == [(span.start, span.end) for span in find_terms(block.text())]


def test_other_drafts_are_coloured_too(bench: Bench) -> None:
    bench.writing.use_terms(find_terms, OFFERS)
    bench.editor.show_draft(2, "at golden hour", caret=0, leaving=1)
    bench.bot.waitUntil(lambda: list(bench.coloured()) == ["golden hour"])
    bench.editor.show_draft(1, "dreamlike", caret=0, leaving=2)
    bench.bot.waitUntil(lambda: list(bench.coloured()) == ["dreamlike"])


def test_hints_are_underlined_and_explained_and_move_with_the_text(bench: Bench) -> None:
    text = "🛥️ He looks around nicely at golden hour."
    bench.editor.replace(text, caret=0)
    bench.writing.use_terms(find_terms, OFFERS)
    start = text.index("looks")
    hint = Hint("vague", Level.WARNING, start, start + 19, "“looks around nicely” says little", "Name it <b>.", "")
    bench.writing.hints.show([hint])
    assert bench.marked() == ["looks around nicely"]
    bench.type("Then: ")
    assert bench.marked() == ["looks around nicely"]
    assert bench.tip_at(start + 8).startswith("<qt>“looks around nicely” says little<br>Name it &lt;b&gt;.")
    assert bench.tip_at(bench.editor.text().index("golden") + 1) == "<qt>Light</qt>"
    bench.bot.waitUntil(lambda: bench.tip_at(1) == "")  # a tip is hidden a moment later
    bench.writing.hints.show(())
    assert bench.marked() == []
    assert bench.painted(theme.tokens().review) == QRect()


@pytest.mark.parametrize("before", ["", "The ferry waits at the pier. " * 4, f"{'מעבורת'} at "])
def test_an_underline_stands_below_its_words_on_each_of_their_lines(bench: Bench, before: str) -> None:
    words = "looks around nicely " * 8
    bench.editor.replace(f"{before}{words}and goes.", caret=0)
    bench.editor.clearFocus()
    bench.writing.hints.show([Hint("vague", Level.WARNING, len(before), len(before) + len(words), "Vague", "", "")])
    painted = bench.painted(theme.tokens().review)
    rects = list[QRect]()
    for at in range(len(before), len(before) + len(words)):
        bench.editor.set_caret(at)
        rects.append(bench.editor.cursorRect())
    assert painted.left() == pytest.approx(min(rect.left() for rect in rects), abs=8)
    assert painted.right() == pytest.approx(max(rect.left() for rect in rects), abs=12)
    assert painted.top() > min(rect.center().y() for rect in rects)
    assert max(rect.center().y() for rect in rects) < painted.bottom() <= max(rect.bottom() for rect in rects) + 2


@pytest.fixture
def spelling(bench: Bench, tmp_path: Path) -> Bench:
    pytest.importorskip("hunspell")
    folder = dictionary(tmp_path / "system", "en_GB", "the", "harbour/S", "at", "a", "and", "boat", "hour")
    checker = SpellChecker(tmp_path / "data", [folder])

    async def vocabulary() -> Vocabulary:
        return VOCABULARY

    bench.writing.attach(checker, vocabulary)
    bench.writing.take_look(EditorLook(language="en_GB"))
    return bench


def menu_of(bench: Bench, word: str) -> QMenu:
    bench.editor.set_caret(bench.editor.text().index(word) + 1)
    rect = bench.editor.cursorRect()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, rect.center(), bench.editor.mapToGlobal(rect.center()))
    QApplication.sendEvent(bench.editor.viewport(), event)
    menus = [menu for menu in bench.editor.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    return menus[0]


def words_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_misspelt_words_are_underlined_but_not_the_one_being_typed(spelling: Bench) -> None:
    bench = spelling
    bench.editor.replace("the harbur at golden hour, 35mm and @Mara")
    bench.bot.waitUntil(lambda: bench.marked() == ["harbur"])
    bench.type(" a bot")
    bench.bot.waitUntil(lambda: bench.marked() == ["harbur"])
    QTest.qWait(300)
    assert bench.marked() == ["harbur"], "the caret is still at the last word"
    bench.type(" and")
    bench.bot.waitUntil(lambda: bench.marked() == ["harbur", "bot"])
    assert "not in the dictionary" in bench.tip_at(6)


def test_the_menu_suggests_and_adds_to_the_dictionary(spelling: Bench) -> None:
    bench = spelling
    bench.editor.replace("the harbur and a ferryman ")
    bench.bot.waitUntil(lambda: bench.marked() == ["harbur", "ferryman"])
    menu = menu_of(bench, "harbur")
    bench.bot.waitUntil(lambda: words_of(menu)[0] == "harbour")
    menu.actions()[0].trigger()
    menu.close()
    assert bench.editor.text() == "the harbour and a ferryman "
    bench.editor.undo()
    assert bench.editor.text() == "the harbur and a ferryman "
    menu = menu_of(bench, "ferryman")
    next(action for action in menu.actions() if "dictionary" in action.text()).trigger()
    menu.close()
    bench.bot.waitUntil(lambda: bench.marked() == ["harbur"])
    bench.writing.take_look(EditorLook(language=""))
    bench.bot.waitUntil(lambda: bench.marked() == [])


def test_the_list_completes_a_term_and_steals_no_typing(bench: Bench) -> None:
    bench.writing.use_terms(find_terms, OFFERS)
    bench.type("A do")
    assert not bench.popup.isVisible()
    bench.key(Qt.Key.Key_Space, CTRL)
    assert bench.popup.isVisible()
    assert bench.popup.count() == 2
    bench.type("lly z")
    assert bench.editor.text() == "A dolly z"
    assert [bench.popup.item(row).text() for row in range(bench.popup.count())] == ["dolly zoom"]
    bench.key(Qt.Key.Key_Return)
    assert bench.editor.text() == "A dolly zoom"
    bench.key(Qt.Key.Key_Return)
    assert bench.editor.text() == "A dolly zoom\n", "a closed list takes no key"
    bench.type("Go")
    bench.key(Qt.Key.Key_Space, CTRL)
    bench.key(Qt.Key.Key_Escape)
    assert not bench.popup.isVisible()
    bench.key(Qt.Key.Key_Space, CTRL)
    bench.key(Qt.Key.Key_Tab)
    assert bench.editor.text() == "A dolly zoom\nGolden hour"
    bench.type(" xyz")
    bench.key(Qt.Key.Key_Space, CTRL)
    assert not bench.popup.isVisible()


def test_arrows_choose_in_the_list(bench: Bench) -> None:
    bench.writing.use_terms(find_terms, OFFERS)
    bench.key(Qt.Key.Key_Space, CTRL)
    assert bench.popup.count() == len(OFFERS)
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Up)
    bench.key(Qt.Key.Key_Enter)
    assert bench.editor.text() == OFFERS[1].words
    assert bench.editor.hasFocus()


def test_the_menu_of_the_editor_changes_how_it_looks(bench: Bench) -> None:
    menu = bench.writing.button.build_menu()
    assert "Spelling" not in words_of(menu), "no dictionary, nothing to choose"
    widths = next(action.menu() for action in menu.actions() if action.text() == "Column width")
    assert isinstance(widths, QMenu)
    assert [action.text() for action in widths.actions() if action.isChecked()] == ["Medium"]
    next(action for action in widths.actions() if action.text() == "Wide").trigger()
    assert bench.writing.look.column.value == "wide"
    menu.close()
    menu.deleteLater()
