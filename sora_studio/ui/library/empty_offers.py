"""What the library offers when a search finds nothing: another spelling, or to drop the narrowest filter."""

import asyncio

from PySide6.QtCore import QObject

from sora_studio.domain.did_you_mean import Respelling
from sora_studio.domain.query import Chip, Query
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.empty_library import EmptyLibrary
from sora_studio.ui.library.search_box import SearchBox
from sora_studio.viewmodels.library.room_services import RoomServices

PAUSE_S = 0.2
"""After the last key, before help is looked for."""


class EmptyOffers(QObject):
    """Asks once for each result that is empty; one press in `EmptyLibrary` changes the query."""

    def __init__(self, scope: TaskScope, box: SearchBox, empty: EmptyLibrary) -> None:
        super().__init__(box)
        self._scope, self._box, self._empty = scope, box, empty
        self._asked: Query | None = None
        self._narrowest: Chip | None = None
        self._respelling: Respelling | None = None
        empty.drop_requested.connect(self._on_drop_requested)
        empty.respelling_requested.connect(self._on_respelling_requested)

    def ask(self, services: RoomServices) -> None:
        """Find what to offer for the box's query; one that has not changed keeps its offers."""
        query = self._box.query
        if query == self._asked:
            return
        self._asked = query
        self._narrowest = self._respelling = None
        if query.items:
            self._scope.start(self._ask(services, query), name="Help a search that finds nothing")

    async def _ask(self, services: RoomServices, query: Query) -> None:
        await asyncio.sleep(PAUSE_S)  # what is found below is read by the thread that answers the next key
        if query != self._box.query:
            return
        best = 0
        for chip in query.chips:
            count = await services.count(str(query.without(chip)))
            if query != self._box.query:
                return
            if count > best:
                best, self._narrowest = count, chip
        if self._narrowest is not None:
            self._empty.offer_drop(f"Drop “{self._narrowest.words}” ({best:,} clips)")
        respelling = await services.spelling(str(query)) if query.words else None
        if respelling is not None and query == self._box.query:
            self._respelling = respelling
            self._empty.offer_words(respelling.words)

    def _on_drop_requested(self) -> None:
        if self._narrowest is not None:
            self._box.drop(self._narrowest)

    def _on_respelling_requested(self) -> None:
        if self._respelling is not None:
            self._box.show_text(str(self._respelling.query))
