"""Finds the addresses of finished films in a status response, even in undocumented places and formats.

Documented is `resultJson`, a string that contains `{"resultUrls": ["https://…"]}`. A paid film must not be missed because the
service formats it differently; an echoed input of the task must never be taken for its result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from sora_studio.gateway.answers import JsonValue, decoded, folded, text

_MAX_LINK_CHARS = 16_384  # signed links carry whole tokens
_MAX_DEPTH = 12

_RESULT_URLS = frozenset({"resulturls", "resulturl"})
_RESULTS = frozenset(
    {"resultjson", "result", "results", "response", "output", "outputs", "video", "videos", "film", "films"}
    | {"videourl", "videourls", "downloadurl", "url", "urls", *_RESULT_URLS}
)
_NOT_RESULTS = re.compile(
    r"input|param|request|prompt|image|picture|photo|frame|reference|(?<!re)source|origin|init"
    r"|cover|poster|thumb|preview|callback|webhook|msg|message|error"
)
"""Parts of folded field names whose content is an echoed input, or accompanies the film."""
_ADDRESS_NAMES = ("url", "urls", "uri", "link", "href", "src")
"""Endings of the names of fields that may contain a relative address; elsewhere it could be a file name."""
_FILMS = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv", ".mpg", ".mpeg", ".gifv")
_NO_FILMS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".svg", ".json", ".txt", ".srt", ".vtt", ".html", ".htm")
_WHOLE_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_ADDRESS_WITHIN = re.compile(r"https?://[^\s\"'<>\\,;\])}]+(?=[\s\"'<>,;\])}])", re.IGNORECASE)
"""Requires a delimiter after the address, so that a truncated address is not taken for a whole one."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A text in the response. `names` are the folded field names on the path to it, outermost first."""

    names: tuple[str, ...]
    words: str

    @property
    def last_name(self) -> str:
        return self.names[-1] if self.names else ""


def result_links(data: JsonValue, *, base_url: str) -> tuple[str, ...]:
    """Return the films' addresses without duplicates, in the service's order.

    Prefers the documented field, then any address in a result field, then any address of a film file. Relative addresses are
    resolved against the gateway's `base_url`.
    """
    found = list(_texts(data))
    for reader in (_named, _in_a_result, _film_anywhere, _film_within_text):
        links = tuple(dict.fromkeys(link for one in found for link in reader(one, base_url)))
        if links:
            return links
    return ()


def _texts(value: JsonValue, names: tuple[str, ...] = (), depth: int = 0) -> Iterator[_Found]:
    """Yield every text that may be a result, including those within JSON strings."""
    value = decoded(value)
    if isinstance(value, str):
        yield _Found(names, value)
    elif depth < _MAX_DEPTH and isinstance(value, list):
        for item in value:
            yield from _texts(item, names, depth + 1)
    elif depth < _MAX_DEPTH and isinstance(value, dict):
        fields = {folded(name): inner for name, inner in value.items()}
        has_own_url = isinstance(fields.get("url"), str)  # then its other addresses are versions of the same film
        for name, inner in fields.items():
            if not _NOT_RESULTS.search(name) and not (has_own_url and name != "url" and isinstance(inner, str)):
                yield from _texts(inner, (*names, name), depth + 1)


def _named(found: _Found, base_url: str) -> Iterator[str]:
    if not _RESULT_URLS.isdisjoint(found.names) and (address := _address(found, base_url)):
        yield address


def _in_a_result(found: _Found, base_url: str) -> Iterator[str]:
    address = "" if _RESULTS.isdisjoint(found.names) else _address(found, base_url)
    if _WHOLE_ADDRESS.fullmatch(address) and not _path(address).endswith(_NO_FILMS):
        yield address


def _film_anywhere(found: _Found, base_url: str) -> Iterator[str]:
    address = _address(found, base_url)
    if _WHOLE_ADDRESS.fullmatch(address) and _path(address).endswith(_FILMS):
        yield address


def _film_within_text(found: _Found, _base_url: str) -> Iterator[str]:
    """Find addresses in damaged JSON or plain text."""
    if not _RESULTS.isdisjoint(found.names):
        for match in _ADDRESS_WITHIN.finditer(found.words.replace("\\/", "/")):
            if _path(match[0]).endswith(_FILMS) and len(match[0]) <= _MAX_LINK_CHARS:
                yield match[0]


def _address(found: _Found, base_url: str) -> str:
    """Return the text as an absolute address; empty if it is none."""
    words = text(found.words.strip("\ufeff \t\r\n"), max_chars=_MAX_LINK_CHARS + 1)
    if found.last_name.endswith(_ADDRESS_NAMES) and (words.startswith(("/", "./")) or words.lower().endswith(_FILMS)):
        try:
            words = urljoin(base_url.rstrip("/") + "/", words)
        except ValueError:
            return ""
    return words if words.lower().startswith(("https://", "http://")) and len(words) <= _MAX_LINK_CHARS else ""


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.lower()
    except ValueError:
        return ""
