"""The geometry of a card, from the design."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize

CARD_HEIGHT = 84
HEADING_HEIGHT = 34
POSTER = QSize(106, 64)
EDGE = 12
"""Space between a card and the panel's edges; the card's content is inset by another 8."""
_INSET = 8
_GAP = 12
_TITLE_HEIGHT, _LINE_HEIGHT, _BAR_HEIGHT, _BAR_GAP = 18, 16, 3, 6


@dataclass(frozen=True, slots=True)
class CardLayout:
    """Rectangles in the view's coordinates. The lines (and the bar, if any) are centred vertically."""

    card: QRect
    poster: QRect
    title: QRect
    facts: QRect
    state: QRect
    bar: QRect

    @classmethod
    def within(cls, row: QRect, *, right: int, state_lines: int = 1, with_bar: bool = False) -> "CardLayout":
        """Return the layout of a card in this row. `right` is the card's right edge, independent of the scroll bar."""
        card = QRect(row.left() + EDGE, row.top(), right - row.left() - EDGE, row.height())
        poster = QRect(card.topLeft(), POSTER).translated(_INSET, (card.height() - POSTER.height()) // 2)
        left = poster.right() + 1 + _GAP
        width = max(0, card.right() + 1 - _INSET - left)
        height = _TITLE_HEIGHT + (1 + state_lines) * _LINE_HEIGHT + (_BAR_GAP + _BAR_HEIGHT if with_bar else 0)
        top = card.top() + (card.height() - height) // 2
        facts_top = top + _TITLE_HEIGHT
        state_top = facts_top + _LINE_HEIGHT
        return cls(
            card=card,
            poster=poster,
            title=QRect(left, top, width, _TITLE_HEIGHT),
            facts=QRect(left, facts_top, width, _LINE_HEIGHT),
            state=QRect(left, state_top, width, state_lines * _LINE_HEIGHT),
            bar=QRect(left, state_top + state_lines * _LINE_HEIGHT + _BAR_GAP, width, _BAR_HEIGHT),
        )
