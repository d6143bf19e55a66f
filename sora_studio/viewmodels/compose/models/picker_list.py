"""The picker's rows as a Qt model: headings of families, and the models that fit the search."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from itertools import islice

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.search import SearchEntry, entry_of, matches, parse_query
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.compose.models.picker_order import families
from sora_studio.viewmodels.compose.models.picker_words import RowWords, row_words, spoken

_PREPARING_AFTER_MS = 30
"""After the picker is painted."""
_PREPARED_AT_ONCE = 8
"""Takes about 3 ms, so that a key press hardly waits for it."""

AnyIndex = QModelIndex | QPersistentModelIndex


class PickerRole(IntEnum):
    """Data roles of a model's row. A heading has neither."""

    SLUG = Qt.ItemDataRole.UserRole
    IS_FAVOURITE = Qt.ItemDataRole.UserRole + 1


class PickerList(QAbstractListModel):
    """Keeps the order while it is shown, also when a favourite changes. Texts are made when a row is first read.

    What searches need is made while the program is idle: the index once for each profile, the prices for each draft.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts: PickerFacts | None = None
        self._favourites: tuple[str, ...] = ()
        self._ordered: list[tuple[str, list[ModelProfile]]] = []
        self._shown: list[str | ModelProfile] = []
        self._words: dict[str, RowWords] = {}
        self._prices: dict[str, float | None] = {}
        self._entries: dict[str, tuple[ModelProfile, SearchEntry]] = {}
        self._unprepared: Iterator[ModelProfile] = iter(())
        self._preparing = QTimer(self)
        self._preparing.timeout.connect(self._on_preparing_timeout)

    @property
    def favourites(self) -> tuple[str, ...]:
        """The favourites' slugs, the one that was added first in front."""
        return self._favourites

    def show(self, facts: PickerFacts) -> None:
        """Show every model that is offered."""
        self._facts, self._favourites = facts, facts.favourites
        self._ordered = families(facts)
        self._words.clear()
        self._prices.clear()
        self._entries = {slug: kept for slug, kept in self._entries.items() if facts.profiles.get(slug) is kept[0]}
        self._unprepared = iter([model for _, models in self._ordered for model in models])
        self._preparing.start(_PREPARING_AFTER_MS)
        self._replace_rows(lambda profile: profile.status is not Status.GONE)

    def filter(self, text: str) -> None:
        """Show the models that fit the search; those that are gone only if searched by name."""
        query = parse_query(text)
        if query.is_empty:
            self._replace_rows(lambda profile: profile.status is not Status.GONE)
        else:
            self._replace_rows(lambda profile: matches(self._entry(profile), query, lambda: self._price_usd(profile.slug)))

    def toggle_favourite(self, slug: str) -> tuple[str, ...]:
        """Add the model to the favourites or take it out; return the new favourites."""
        others = tuple(other for other in self._favourites if other != slug)
        self._favourites = others if slug in self._favourites else (*others, slug)
        if (row := self.row_of(slug)) is not None:
            self.dataChanged.emit(self.index(row), self.index(row))
        return self._favourites

    def row_of(self, slug: str) -> int | None:
        """Return the model's row; None if it is not shown."""
        return next((row for row, shown in enumerate(self._shown) if not isinstance(shown, str) and shown.slug == slug), None)

    def named(self, text: str) -> str | None:
        """Return the first shown model whose title begins with the text, else the first whose title contains it."""
        wanted = " ".join(text.casefold().split())
        models = [shown for shown in self._shown if not isinstance(shown, str)]
        titles = {model.slug: model.title.casefold() for model in models if wanted}
        begins = (slug for slug, title in titles.items() if title.startswith(wanted))
        contains = (slug for slug, title in titles.items() if wanted in title)
        return next(begins, None) or next(contains, None)

    def slug_at(self, row: int) -> str | None:
        """Return the model of a row; None for a heading or no row."""
        shown = self._shown[row] if 0 <= row < len(self._shown) else ""
        return None if isinstance(shown, str) else shown.slug

    def model_rows(self) -> list[int]:
        """Return the rows that are models."""
        return [row for row, shown in enumerate(self._shown) if not isinstance(shown, str)]

    def words_at(self, row: int) -> RowWords | None:
        """Return the texts of a model's row; None for a heading."""
        shown = self._shown[row]
        if isinstance(shown, str) or self._facts is None:
            return None
        if shown.slug not in self._words:
            self._words[shown.slug] = row_words(shown, self._facts)
        return self._words[shown.slug]

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of headings and models."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return titles, the text for screen readers, and `PickerRole`."""
        shown = self._shown[index.row()] if index.isValid() else ""
        if isinstance(shown, str):
            return shown if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        is_favourite = shown.slug in self._favourites
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown.title
            case Qt.ItemDataRole.AccessibleTextRole:
                words = self.words_at(index.row())
                return spoken(words, is_favourite=is_favourite) if words else None
            case PickerRole.SLUG:
                return shown.slug
            case PickerRole.IS_FAVOURITE:
                return is_favourite
            case _:
                return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Headings cannot be selected."""
        if self.slug_at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _replace_rows(self, fits: Callable[[ModelProfile], bool]) -> None:
        shown = list[str | ModelProfile]()
        for title, models in self._ordered:
            if kept := [model for model in models if fits(model)]:
                shown += [title, *kept]
        if shown != self._shown or not shown:
            self.beginResetModel()
            self._shown = shown
            self.endResetModel()

    def _price_usd(self, slug: str) -> float | None:
        if slug not in self._prices and self._facts is not None:
            self._prices[slug] = self._facts.most_usd(slug)
        return self._prices.get(slug)

    def _entry(self, profile: ModelProfile) -> SearchEntry:
        kept = self._entries.get(profile.slug)
        if kept is None:
            kept = self._entries[profile.slug] = (profile, entry_of(profile))
        return kept[1]

    def _on_preparing_timeout(self) -> None:
        self._preparing.setInterval(0)
        prepared = list(islice(self._unprepared, _PREPARED_AT_ONCE))
        for model in prepared:
            self._entry(model)
            self._price_usd(model.slug)
        if len(prepared) < _PREPARED_AT_ONCE:
            self._preparing.stop()
