"""A menu of exclusive values. Those that cannot be chosen stay reachable by keyboard, grey, and say why."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

from sora_studio.domain.models.values import OptionValue, is_same
from sora_studio.ui.kit.controls import MenuChip


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu; `sentence` explains it in a second column."""

    value: OptionValue | None
    words: str
    sentence: str = ""


class ChoiceMenu(QMenu):
    """Calls `choose` with the value that was picked."""

    def __init__(
        self,
        title: str,
        entries: tuple[MenuEntry, ...],
        choose: Callable[[OptionValue | None], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setToolTipsVisible(True)
        self.setStyle(_menu_style())
        self._entries = entries
        self._actions = list[QAction]()
        group = QActionGroup(self)
        for entry in entries:
            action = QAction(_line(entry.words, entry.sentence), group, checkable=True)
            action.setData(entry.words)
            action.triggered.connect(partial(choose, entry.value))
            self._actions.append(action)
        self.addActions(self._actions)

    def show_value(self, value: OptionValue | None) -> None:
        """Check the value's line; none if there is no such line."""
        for entry, action in zip(self._entries, self._actions, strict=True):
            action.setChecked(is_same(entry.value, value))

    def forbid(self, why: Callable[[OptionValue], str]) -> None:
        """Grey the values for which `why` returns a reason, and show it beside them."""
        for entry, action in zip(self._entries, self._actions, strict=True):
            reason = "" if entry.value is None else why(entry.value)
            action.setEnabled(not reason)
            action.setText(_line(entry.words, reason or entry.sentence))
            action.setToolTip(reason or entry.words)


def show_choice(
    chip: MenuChip, title: str, words: str, value: OptionValue | None, *, is_titled: bool = False, short: str = ""
) -> None:
    """Show the value on the chip, after its title if `is_titled`, and in its menu. `short`: what a narrow chip shows."""
    chip.show_words(f"{title} {words}" if is_titled else words, short=short)
    chip.setAccessibleName(f"{title} {words}")
    if isinstance(menu := chip.menu(), ChoiceMenu):
        menu.show_value(value)


class _MenuStyle(QProxyStyle):
    """Lets the arrow keys stop at disabled lines, so that their reasons can be read."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,  # noqa: N803 (Qt's name)
    ) -> int:
        if hint is QStyle.StyleHint.SH_Menu_AllowActiveAndDisabled:
            return 1
        return super().styleHint(hint, option, widget, returnData)


@cache
def _menu_style() -> _MenuStyle:
    style = _MenuStyle("Fusion")
    style.setParent(QApplication.instance())
    return style


def _line(words: str, sentence: str) -> str:
    return "\t".join(part.replace("&", "&&") for part in (words, sentence) if part)
