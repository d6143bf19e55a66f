"""Reads rows from the pages of a damaged SQLite file, whether or not anything still points to those pages.

SQLite itself reaches rows only through interior pages, so one lost interior page would hide a thousand intact rows.
The format is stable: https://www.sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"SQLite format 3\0"
_DEFAULT_PAGE_SIZE = 4096
_PAGE_SIZES = frozenset(1 << power for power in range(9, 17))
_HEADER_BYTES = 100
_INTERIOR, _LEAF = 0x05, 0x0D
_LOG_MAGICS = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}
"""Magic numbers of a write-ahead log, with the byte order of its checksums."""
_LOG_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_FIRST_BLOB = 12

Value = str | bytes | int | float | None


class Unreadable(Exception):
    """The bytes do not follow the format."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as stored on its page.

    `width` is the number of columns that it was written with. `values` are the readable columns, from the first on; `cut` is
    the readable start of the column after them, if that is text.
    """

    rowid: int
    width: int
    values: tuple[Value, ...]
    cut: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every column can be read."""
        return len(self.values) == self.width


class SqlitePages:
    """The pages of a file, overlaid with the committed pages of its write-ahead log. Raises `OSError` only."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        log = _read_if_there(path.with_name(path.name + "-wal"))
        head = self._content[:_HEADER_BYTES]
        self.has_header = len(head) == _HEADER_BYTES and head.startswith(MAGIC) and _page_size(head) in _PAGE_SIZES
        self._size = _page_size(head) if self.has_header else _log_page_size(log)
        self._log = dict(_committed(log, self._size))
        first = self.page(1)
        self.has_header = self.has_header or first.startswith(MAGIC)
        # A file that ends within its first page has a header but no page.
        self._first = (first or head).ljust(_HEADER_BYTES, b"\0") if self.has_header else bytes(_HEADER_BYTES)
        self._usable = self._size - self._first[20]
        self.count = max(len(self._content) // self._size, *self._log, 0)

    @property
    def application_id(self) -> int:
        """The header's value; 0 if it cannot be read."""
        return _number(self._first, 68)

    @property
    def user_version(self) -> int:
        """The header's value; 0 if it cannot be read."""
        return _number(self._first, 60)

    def page(self, number: int) -> bytes:
        """Return the page's bytes; empty if the file does not contain the whole page."""
        begin = (number - 1) * self._size
        page = self._log.get(number) or self._content[begin : begin + self._size]
        return page if number > 0 and len(page) == self._size else b""

    def free(self) -> set[int]:
        """Return the free pages, as far as the freelist can be followed."""
        found = set[int]()
        trunk = _number(self._first, 32)
        while trunk and trunk not in found and (page := self.page(trunk)):
            found.add(trunk)
            leaves = min(_number(page, 4), self._size // 4 - 2)
            found.update(struct.unpack_from(f">{leaves}I", page, 8))
            trunk = _number(page, 0)
        return found

    def leaves(self, root: int) -> set[int]:
        """Return the leaf pages of the table at `root`, as far as they can be reached from there."""
        found, seen, waiting = set[int](), set[int](), [root]
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            page, begin = self._tree(number)
            if page[begin : begin + 1] == bytes([_LEAF]):
                found.add(number)
            elif page[begin : begin + 1] == bytes([_INTERIOR]):
                waiting.append(_number(page, begin + 8))
                waiting.extend(_number(page, at) for at in _cells(page, begin, head=12))
        return found

    def records(self, number: int) -> Iterator[Record]:
        """Yield the rows of a table leaf page, skipping unreadable ones."""
        page, begin = self._tree(number)
        if page[begin : begin + 1] != bytes([_LEAF]):
            return
        for at in _cells(page, begin, head=8):
            try:
                yield self._record(page, at)
            except (Unreadable, struct.error, IndexError, OverflowError):
                continue

    def _tree(self, number: int) -> tuple[bytes, int]:
        """Return a page and the offset of its b-tree header: on page 1 the file header comes first."""
        return self.page(number), _HEADER_BYTES if number == 1 else 0

    def _record(self, page: bytes, at: int) -> Record:
        size, at = _varint(page, at)
        rowid, at = _varint(page, at)
        payload = self._payload(page, at, size)
        head, place = _varint(payload, 0)
        if not 0 < head <= min(size, len(payload)):
            raise Unreadable
        kinds = list[int]()
        while place < head:
            kind, place = _varint(payload, place)
            kinds.append(kind)
        values, cut = _values(payload, head, kinds)
        if len(values) == len(kinds) and head + sum(map(_bytes_of, kinds)) != size:
            raise Unreadable
        return Record(_signed(rowid), len(kinds), tuple(values), cut)

    def _payload(self, page: bytes, at: int, size: int) -> bytes:
        """Return the readable bytes of a row, from its page and its overflow pages."""
        most = self._usable - 35
        if size <= most:
            if at + size > self._usable:
                raise Unreadable
            return page[at : at + size]
        least = (self._usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (self._usable - 4)
        local = local if local <= most else least
        parts, missing = [page[at : at + local]], size - local
        seen, following = set[int](), _number(page, at + local)
        while missing > 0 and following not in seen and any(more := self.page(following)):
            seen.add(following)
            parts.append(more[4 : 4 + min(missing, self._usable - 4)])
            missing -= len(parts[-1])
            following = _number(more, 0)
        return b"".join(parts)


def is_log_garbage(log: bytes) -> bool:
    """Return whether these first bytes are not those of a write-ahead log. A power cut may leave an empty or zeroed log."""
    return len(log) >= _LOG_HEADER_BYTES and any(log[:4]) and log[:4] not in _LOG_MAGICS


def _values(payload: bytes, at: int, kinds: list[int]) -> tuple[list[Value], str | None]:
    """Return the readable columns, and the start of the text column at which the bytes end or are invalid."""
    values = list[Value]()
    for kind in kinds:
        size = _bytes_of(kind)
        raw = payload[at : at + size]
        is_text = kind > _FIRST_BLOB and kind % 2 == 1
        try:
            if len(raw) < size:
                raise Unreadable
            values.append(raw.decode() if is_text else _value(kind, raw))
        except (Unreadable, UnicodeDecodeError):
            return values, raw.decode(errors="ignore") if is_text else None
        at += size
    return values, None


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind in _INTEGER_BYTES:
        return int.from_bytes(raw, "big", signed=True)
    if kind == 7:
        number: float = struct.unpack(">d", raw)[0]
        return number
    return kind - 8 if kind in (8, 9) else raw


def _bytes_of(kind: int) -> int:
    """Return the size of a column of this serial type in bytes."""
    if kind >= _FIRST_BLOB:
        return (kind - _FIRST_BLOB) // 2
    if kind in (10, 11):
        raise Unreadable
    return 8 if kind == 7 else _INTEGER_BYTES.get(kind, 0)


def _cells(page: bytes, begin: int, *, head: int) -> Iterator[int]:
    """Yield the offsets of a page's cells."""
    count: int = struct.unpack_from(">H", page, begin + 3)[0]
    first = begin + head
    last = first + 2 * min(count, (len(page) - first) // 2)
    for (at,) in struct.iter_unpack(">H", page[first:last]):
        if last <= at < len(page) - 4:
            yield at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return the varint at an offset, and the offset after it."""
    number = 0
    for place in range(at, at + 8):
        number = number << 7 | content[place] & 0x7F
        if content[place] < 0x80:
            return number, place + 1
    return number << 8 | content[at + 8], at + 9


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def _number(content: bytes, at: int) -> int:
    """Return the four-byte big-endian integer at an offset."""
    return int.from_bytes(content[at : at + 4], "big")


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[16:18], "big")
    return 65536 if size == 1 else size


def _log_page_size(log: bytes) -> int:
    size = _number(log, 8) if log[:4] in _LOG_MAGICS else 0
    return size if size in _PAGE_SIZES else _DEFAULT_PAGE_SIZE


def _committed(log: bytes, page_size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of a log's committed pages, oldest first, up to the first wrong checksum."""
    order = _LOG_MAGICS.get(log[:4])
    if order is None or len(log) < _LOG_HEADER_BYTES or _number(log, 8) != page_size:
        return
    check, salts = _checksum(log[:24], (0, 0), order), log[16:24]
    if check != struct.unpack_from(">2I", log, 24):
        return
    waiting = list[tuple[int, bytes]]()
    step = _FRAME_HEADER_BYTES + page_size
    for at in range(_LOG_HEADER_BYTES, len(log) - step + 1, step):
        page = log[at + _FRAME_HEADER_BYTES : at + step]
        check = _checksum(page, _checksum(log[at : at + 8], check, order), order)
        if log[at + 8 : at + 16] != salts or check != struct.unpack_from(">2I", log, at + 16):
            return
        waiting.append((_number(log, at), page))
        if _number(log, at + 4):
            yield from waiting
            waiting.clear()


def _checksum(content: bytes, before: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = before
    for first, second in struct.iter_unpack(f"{order}2I", content):
        one = one + first + two & 0xFFFFFFFF
        two = two + second + one & 0xFFFFFFFF
    return one, two


def _read_if_there(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
