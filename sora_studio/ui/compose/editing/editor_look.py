"""How a person likes to write: column width, line height, type size, and what is shown in the text."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QSettings

from sora_studio.ui.compose.prompt_editor import DEFAULT_PX, USUAL_LINE_HEIGHT

_Choice = TypeVar("_Choice", bound=StrEnum)


class ColumnWidth(StrEnum):
    """The width of the text in the writing room."""

    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"

    @property
    def ems(self) -> int:
        """The width in type sizes, so that zooming keeps the letters in a line."""
        return {ColumnWidth.NARROW: 40, ColumnWidth.MEDIUM: 54, ColumnWidth.WIDE: 74}[self]


class LineHeight(StrEnum):
    """The distance of lines."""

    TIGHT = "tight"
    NORMAL = "normal"
    LOOSE = "loose"

    @property
    def percent(self) -> float:
        """The height in percent of the font's own."""
        return {LineHeight.TIGHT: 108.0, LineHeight.NORMAL: USUAL_LINE_HEIGHT, LineHeight.LOOSE: 150.0}[self]


@dataclass(frozen=True, slots=True)
class EditorLook:
    """Kept between sessions. An empty `language` checks no spelling."""

    column: ColumnWidth = ColumnWidth.MEDIUM
    line_height: LineHeight = LineHeight.NORMAL
    size_px: int = DEFAULT_PX
    is_typewriter: bool = False
    shows_terms: bool = True
    language: str = ""

    def remember(self, state: QSettings) -> None:
        """Save it."""
        state.setValue("editor/column", self.column.value)
        state.setValue("editor/line-height", self.line_height.value)
        state.setValue("editor/size", self.size_px)
        state.setValue("editor/typewriter", self.is_typewriter)
        state.setValue("editor/terms", self.shows_terms)
        state.setValue("editor/language", self.language)

    @classmethod
    def restored(cls, state: QSettings) -> "EditorLook":
        """Return what `remember` saved; missing or unreadable values have their defaults."""
        usual = cls()
        size_px = state.value("editor/size", usual.size_px, type=int)
        return cls(
            column=_choice(ColumnWidth, state.value("editor/column"), usual.column),
            line_height=_choice(LineHeight, state.value("editor/line-height"), usual.line_height),
            size_px=size_px if isinstance(size_px, int) else usual.size_px,
            is_typewriter=state.value("editor/typewriter", usual.is_typewriter, type=bool) is True,
            shows_terms=state.value("editor/terms", usual.shows_terms, type=bool) is True,
            language=str(state.value("editor/language", usual.language) or ""),
        )


def _choice(kind: type[_Choice], value: object, usual: _Choice) -> _Choice:
    return next((choice for choice in kind if choice.value == value), usual)
