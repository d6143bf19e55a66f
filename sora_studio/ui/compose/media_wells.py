"""The media of a request beside the options: wells for each role of the mode, and what is set aside."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCursor, QImage, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from sora_studio.domain.models.draft import Media
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.aside_chip import AsideChip
from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.pictures.image_strip import ImageStrip
from sora_studio.ui.compose.pictures.incoming import kind_of_file, picture_pixels, picture_sources
from sora_studio.ui.compose.recordings.listening import Listening
from sora_studio.ui.compose.recordings.lora_strip import LoraStrip
from sora_studio.ui.compose.recordings.recording_strip import RecordingStrip
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import MediaPlace, in_sentence, noun_of
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.services.pictures.recordings import Recordings

_ARROW = 16
_AnySeen = TypeVar("_AnySeen")
_AnyStrip = ImageStrip | RecordingStrip | LoraStrip


class MediaWells(QWidget):
    """The caller owns the request.

    Signals: `media_chosen(Role, tuple[str, ...])` with all media of a role after a change by the user,
    `moved(str, Role, int)` when one was dragged to another place, `opened(str)` with one to show large,
    `address_wanted(str, str)` with the initial address or an empty string, and what it is the address of,
    `tag_chosen(str)` with a name for the prompt, `aside_dropped(str)`. `undo` and `redo` are in each well's menu; the owner of
    the history enables and handles them.
    """

    media_chosen = Signal(object, object)
    moved = Signal(str, object, int)
    opened = Signal(str)
    address_wanted = Signal(str, str)
    tag_chosen = Signal(str)
    aside_dropped = Signal(str)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._pictures: Pictures | None = None
        self._recordings: Recordings | None = None
        self._pasted_dir: Path | None = None
        self._places: tuple[MediaPlace, ...] = ()
        self._seen: Mapping[str, Seen] = {}
        self._seen_recordings: Mapping[str, SeenRecording] = {}
        self._shape: Shape | None = None
        self._asked: _AnyStrip | None = None
        self._listening = Listening(self)
        self.undo = self._build_action("Undo", QKeySequence.StandardKey.Undo)
        self.redo = self._build_action("Redo", QKeySequence.StandardKey.Redo)
        self._arrow = QLabel("→", self)
        self._arrow.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrow.setFixedWidth(_ARROW)
        self._aside = AsideChip(self)
        self._aside.dropped.connect(self.aside_dropped)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(self._arrow)
        self._row.addWidget(self._aside)
        self.setMinimumHeight(SIZE.height())
        self._strips = dict[Role, _AnyStrip]()
        self.show_places((MediaPlace(Role.FIRST, MediaKind.IMAGE),), {}, problem="", problems={})

    def attach(self, pictures: "Pictures", recordings: "Recordings", pasted_dir: Path) -> None:
        """Load thumbnails from now on, and save pasted pixels in `pasted_dir`."""
        self._pictures, self._recordings, self._pasted_dir = pictures, recordings, pasted_dir
        for strip in self._strips.values():
            self._attach(strip)

    def show_places(self, places: Sequence[MediaPlace], aside: Media, *, problem: str, problems: Mapping[str, str]) -> None:
        """Show the mode's media and those set aside. `problem` is about all, `problems` about single ones."""
        self._places = tuple(places)
        missing = [place for place in places if place.is_required and not place.media]
        kinds = {place.role: place.kind for place in places}
        for role in [role for role, strip in self._strips.items() if kinds.get(role) is not strip.kind]:
            strip = self._strips.pop(role)
            self._row.removeWidget(strip)
            strip.retire(self._put_late)
            strip.hide()
            strip.deleteLater()
        self._strips = {place.role: self._strips.get(place.role) or self._build_strip(place) for place in places}
        for index, place in enumerate(places):
            strip = self._strips[place.role]
            self._row.insertWidget(index, strip)
            is_at_fault = place in missing or not missing
            strip.show_place(place, problem=problem if is_at_fault else "", problems=problems)
            strip.show()
        if self._listening.source not in self._sources():
            self._listening.stop()
        has_both = {Role.FIRST, Role.LAST} <= self._strips.keys()
        self._arrow.setVisible(has_both)
        if has_both:
            self._row.insertWidget(self._row.indexOf(self._strips[Role.FIRST]) + 1, self._arrow)
        self._aside.show_media(aside)

    def show_seen(self, seen: Mapping[str, Seen], shape: Shape | None) -> None:
        """Show the results of the pictures' checks, and mark pictures that differ from the clip's shape."""
        self._seen, self._shape = dict(seen), shape
        self._show_seen()

    def show_seen_recordings(self, seen: Mapping[str, SeenRecording]) -> None:
        """Show the results of the films' and sounds' checks."""
        self._seen_recordings = dict(seen)
        self._show_seen()

    def stop(self) -> None:
        """Stop playing a sound."""
        self._listening.stop()

    @property
    def shown(self) -> tuple[str, ...]:
        """The media that are not folded."""
        return tuple(source for strip in self._strips.values() for source in strip.shown)

    def fit(self, width: int) -> None:
        """Leave out captions, then fold media, then leave out empty wells beside them, until all fits into this width.

        The longest role is folded first.
        """
        strips = list(self._strips.values())
        for is_compact in (False, True):
            for strip in strips:
                strip.set_compact(is_compact)
            if self._width_with({strip.role: len(strip.sources) for strip in strips}) <= width:
                break
        rooms = {strip.role: len(strip.sources) for strip in strips}
        # Folding a single one gains nothing.
        several = {role for role, count in rooms.items() if count > 1}
        while self._width_with(rooms) > width and any(rooms[role] for role in several):
            longest = max(several, key=lambda role: rooms[role])
            rooms[longest] -= 1
        is_lean = self._width_with(rooms) > width
        for strip in strips:
            strip.set_lean(is_lean)
            strip.set_room(rooms[strip.role])

    def sizeHint(self) -> QSize:
        """Return the size of the wells as they are."""
        rooms = {role: strip.room for role, strip in self._strips.items()}
        is_lean = any(strip.is_lean for strip in self._strips.values())
        return QSize(self._width_with(rooms, is_lean=is_lean), SIZE.height())

    def offer(self, mime: QMimeData) -> None:
        """Take what was pasted or dropped on the composer: each file where its kind fits.

        Where several roles have room, a menu at the pointer asks.
        """
        sources = picture_sources(mime)
        files = tuple(source for source in sources if not is_url(source))
        pixels = picture_pixels(mime)
        if not files and pixels is not None:
            self._ask(MediaKind.IMAGE, 1, partial(self._put_pixels, pixels))
            return
        by_kind = dict[MediaKind, tuple[str, ...]]()
        for source in files or sources:
            kind = kind_of_file(source.partition("?")[0])
            by_kind[kind] = (*by_kind.get(kind, ()), source)
        for kind, found in by_kind.items():
            if self._put_each(found):
                continue
            self._ask(kind, len(found), partial(self._put_sources, found))

    def put_address(self, address: str) -> None:
        """Add a web address at the well that asked for it, else where its kind fits."""
        if self._asked is not None and self._asked in self._strips.values():
            self._asked.put_address(address)
        else:
            self._ask(kind_of_file(address.partition("?")[0]), 1, partial(self._put_sources, (address,)))

    def change_address(self, source: str, address: str) -> None:
        """Replace an address."""
        if (strip := self._strip_of(source)) is not None:
            strip.change_address(source, address)

    def remove(self, source: str) -> None:
        """Remove a medium."""
        if (strip := self._strip_of(source)) is not None:
            strip.remove(source)

    def choose(self, replacing: str) -> None:
        """Ask for a file in place of a medium."""
        if (strip := self._strip_of(replacing)) is not None:
            strip.choose(replacing)

    def focus_first(self) -> None:
        """Focus the first well with a problem, else the first well."""
        strips = list(self._strips.values())
        wrong = [strip for strip in strips if strip.is_invalid]
        if strips:
            (wrong or strips)[0].focus_first()

    def focus_on(self, source: str) -> None:
        """Focus a medium's well, or the first well."""
        strip = self._strip_of(source)
        if strip is not None:
            strip.focus_on(source)
        else:
            self.focus_first()

    def anchor_of(self, source: str) -> QWidget:
        """Return what stands where a medium is."""
        return self._strip_of(source) or self

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [*(stop for strip in self._strips.values() for stop in strip.tab_stops()), self._aside]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _build_strip(self, place: MediaPlace) -> _AnyStrip:
        strip = self._make_strip(place)
        strip.chosen.connect(partial(self.media_chosen.emit, place.role))
        strip.address_wanted.connect(partial(self._on_address_wanted, strip))
        strip.opened.connect(self.opened)
        strip.tag_chosen.connect(self.tag_chosen)
        strip.offered.connect(self.offer)
        strip.dropped.connect(self._on_strip_dropped)
        self._attach(strip)
        return strip

    def _make_strip(self, place: MediaPlace) -> _AnyStrip:
        actions = (self.undo, self.redo)
        if place.kind is MediaKind.IMAGE:
            return ImageStrip(place, self._scope, actions, self)
        if place.kind is MediaKind.LORA:
            return LoraStrip(place, self._scope, actions, self)
        return RecordingStrip(place, self._scope, actions, self._listening, self)

    def _attach(self, strip: _AnyStrip) -> None:
        if self._pictures is None or self._recordings is None or self._pasted_dir is None:
            return
        if isinstance(strip, ImageStrip):
            strip.attach(self._pictures, self._pasted_dir)
        elif isinstance(strip, RecordingStrip):
            strip.attach(self._recordings)

    def _show_seen(self) -> None:
        for strip in self._strips.values():
            if isinstance(strip, ImageStrip):
                strip.show_seen(_among(strip.sources, self._seen), self._shape)
            elif isinstance(strip, RecordingStrip):
                strip.show_seen(_among(strip.sources, self._seen_recordings))

    def _sources(self) -> tuple[str, ...]:
        return tuple(source for strip in self._strips.values() for source in strip.sources)

    def _build_action(self, words: str, keys: QKeySequence.StandardKey) -> QAction:
        action = QAction(words, self)
        action.setShortcuts(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setEnabled(False)
        self.addAction(action)
        return action

    def _strip_of(self, source: str) -> _AnyStrip | None:
        return next((strip for strip in self._strips.values() if source in strip.sources), None)

    def _width_with(self, rooms: Mapping[Role, int], *, is_lean: bool = False) -> int:
        parts = [strip.width_with(rooms[role], is_lean=is_lean) for role, strip in self._strips.items()]
        parts += [part.sizeHint().width() for part in (self._arrow, self._aside) if not part.isHidden()]
        return sum(parts) + theme.GRID * max(len(parts) - 1, 0)

    def _ask(self, kind: MediaKind, count: int, put: "partial[None]") -> None:
        """Call `put` with the role that takes media of this kind; ask at the pointer where several have room."""
        places = [place for place in self._places if place.kind is kind]
        free = [place for place in places if place.room is None or len(place.media) + count <= place.room]
        free = free or [place for place in places if place.can_add] or places
        empty = [place for place in free if not place.media]
        if len(free) > 1 and len(empty) != 1:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for place in free:
                menu.addAction(f"Use as {in_sentence(place.title)}", partial(put, place.role))
            menu.popup(self._where_to_ask())
        elif free:
            put((empty or free)[0].role)
        else:
            put(None)

    def _where_to_ask(self) -> QPoint:
        """Return the pointer's place if it is over the window, else that of the wells: the keyboard may have pasted."""
        pointer = QCursor.pos()
        return pointer if self.window().geometry().contains(pointer) else self.mapToGlobal(self.rect().center())

    def _put_each(self, sources: tuple[str, ...]) -> bool:
        """Put as many files as there are empty places for one each, in order; return whether that is what there is."""
        kind = kind_of_file(sources[0].partition("?")[0])
        empty = [place for place in self._places if place.kind is kind and place.room == 1 and not place.media]
        if len(sources) < 2 or len(empty) < len(sources):
            return False
        for place, source in zip(empty, sources, strict=False):
            self.media_chosen.emit(place.role, (source,))
        return True

    def _put_sources(self, sources: tuple[str, ...], role: Role | None) -> None:
        place = next((place for place in self._places if place.role is role), None)
        if place is not None and place.role in self._strips:
            self._strips[place.role].add(sources)
        else:
            kind = kind_of_file(sources[0].partition("?")[0])
            usual = {MediaKind.VIDEO: Role.VIDEO, MediaKind.AUDIO: Role.AUDIO}.get(kind, Role.FIRST)
            self.media_chosen.emit(role or usual, (*(place.sources if place else ()), *sources))

    def _put_late(self, source: str) -> None:
        """Put a pasted picture that was saved after its strip had gone."""
        self._ask(MediaKind.IMAGE, 1, partial(self._put_sources, (source,)))

    def _put_pixels(self, pixels: QImage, role: Role | None) -> None:
        strips = [strip for strip in self._strips.values() if isinstance(strip, ImageStrip) and role in (None, strip.role)]
        if strips:
            strips[0].add_pixels(pixels)

    def _on_address_wanted(self, strip: _AnyStrip, initial: str) -> None:
        self._asked = strip
        self.address_wanted.emit(initial, noun_of(strip.kind))

    def _on_strip_dropped(self, source: str, place: QPoint) -> None:
        for role, strip in self._strips.items():
            if (index := strip.index_at(place)) is not None:
                self.moved.emit(source, role, index)
                return


def _among(sources: Sequence[str], seen: Mapping[str, _AnySeen]) -> dict[str, _AnySeen]:
    return {source: seen[source] for source in sources if source in seen}
