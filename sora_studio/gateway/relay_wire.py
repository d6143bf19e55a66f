"""Parses a relay's messages without trusting that the sender is one."""

from collections import deque
from collections.abc import AsyncIterator, Mapping

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.relay import PICTURES_PATH
from sora_studio.domain.settings import check_relay_url
from sora_studio.gateway.answers import parse_json, text

MAX_LINE_BYTES = 65_536
"""A real line has about two hundred."""
_MAX_WORD_CHARS = 256
_MAX_CURSOR = (1 << 63) - 1
_POLICY = "default-src 'none'; sandbox"


class LineTooLong(Exception):
    """The line is longer than any relay sends."""


class Lines:
    """Splits a streamed body into lines; an unterminated last line is dropped."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._whole = deque[bytes]()
        self._begun = b""

    async def next(self) -> bytes | None:
        """Return the next line without its line break, or None at the end. Raises `LineTooLong`."""
        while not self._whole:
            piece = await anext(self._pieces, None)
            if piece is None:
                return None
            *whole, self._begun = (self._begun + piece).split(b"\n")
            self._whole.extend(whole)
            if len(self._begun) > MAX_LINE_BYTES:
                raise LineTooLong
        return self._whole.popleft()


def is_relay(headers: Mapping[str, str]) -> bool:
    """Return whether a relay sent this response. Proxies often overwrite `Server`, but pass the policy on."""
    return "sora-studio-relay" in headers.get("Server", "") or _POLICY in headers.get("Content-Security-Policy", "")


def greeting_from(line: bytes) -> RelayGreeting | None:
    """Return the relay's greeting, or None if it is not one. Raises `InvalidSetting` for an invalid public address."""
    said = parse_json(line)
    if not isinstance(said, dict):
        return None
    public_url, epoch = said.get("public_url"), said.get("epoch")
    if not isinstance(public_url, str) or not isinstance(epoch, str):
        return None
    return RelayGreeting(
        check_relay_url(public_url),
        text(epoch, max_chars=_MAX_WORD_CHARS),
        film_bytes=_count(said.get("film_bytes")),
        free_bytes=_count(said.get("free_bytes")),
    )


def address_from(body: bytes, handle: str) -> str | None:
    """Return the public address of the file with this handle, or None if it is missing or invalid."""
    said = parse_json(body)
    url = said.get("url") if isinstance(said, dict) else None
    if not isinstance(url, str) or not url.endswith(PICTURES_PATH + handle):
        return None
    try:
        return check_relay_url(url)
    except InvalidSetting:
        return None


def callback_from(line: bytes) -> Callback | None:
    """Return a callback, or None for a heartbeat and for invalid input."""
    said = parse_json(line)
    if not isinstance(said, dict):
        return None
    secret, cursor = said.get("secret"), said.get("cursor")
    if not isinstance(secret, str) or not secret or len(secret) > _MAX_WORD_CHARS:
        return None
    if not isinstance(cursor, int) or isinstance(cursor, bool) or not 0 <= cursor <= _MAX_CURSOR:
        return None
    task_id = text(said.get("task_id"), max_chars=_MAX_WORD_CHARS) or None
    return Callback(secret, task_id, cursor)


def _count(value: object) -> int:
    """Return a number of bytes; 0 if it is missing or invalid."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_CURSOR else 0
