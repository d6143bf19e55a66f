"""What the program needs to know about a prompt's text. Lengths are Python characters (code points), as the service counts."""

import re
import unicodedata
from functools import cache

_FEW = 3
_FOLDED_TIMES = 10
"""How many times its limit a first line may be longer by runs of space."""
BYTE_ORDER_MARK = "\ufeff"
_SPACES = re.compile(r"\s+")
_VISIBLE = (
    r"[^\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Matches all but spaces, controls and what Unicode draws as nothing: zero-width and bidi characters, soft hyphens, variation
selectors, tags, fillers and noncharacters. Not category Cf as a whole: some Arabic signs in it are visible."""
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, except tab and line ends, and lone surrogates, which no encoding can carry."""
_ESCAPE_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""A terminal's colours and cursor moves (CSI), and its titles and links (OSC)."""
_LINE_END = re.compile(r"\r\n?|\n")


@cache
def _visible() -> re.Pattern[str]:
    """Compile on first use: it takes 2 ms, and the window is painted before a prompt is checked."""
    return re.compile(_VISIBLE)


def is_blank(text: str) -> bool:
    """Return whether nothing of the text can be seen."""
    return _visible().search(text) is None


def without_mark(text: str) -> str:
    """Return the text without a leading byte order mark: that belongs to the file that it came from."""
    return text.removeprefix(BYTE_ORDER_MARK)


def find_unsendable(prompt: str) -> int | None:
    """Return the index of the first control character or lone surrogate; tabs and line ends are fine."""
    found = _UNSENDABLE.search(prompt)
    return found.start() if found else None


def without_controls(text: str) -> tuple[str, int]:
    """Return pasted text with unsendable characters removed, and how many were removed.

    Terminal escape sequences are removed as a whole. Line ends become LF and a leading mark is dropped; neither is counted.
    """
    whole = _LINE_END.sub("\n", without_mark(text))
    kept = _UNSENDABLE.sub("", _ESCAPE_SEQUENCE.sub("", whole))
    return kept, len(whole) - len(kept)


def place_of(prompt: str, index: int) -> str:
    """Return `Character 7`, or `Line 2, character 3` when the prompt has several lines; both count from 1."""
    ends = [end.end() for end in _LINE_END.finditer(prompt)]
    if not ends:
        return f"Character {index + 1:,}"
    before = [end for end in ends if end <= index]
    return f"Line {len(before) + 1:,}, character {index - (before[-1] if before else 0) + 1:,}"


def is_mostly_nul(prompt: str) -> bool:
    """Return whether the text looks like UTF-16 or UTF-32 that was read as UTF-8."""
    return len(prompt) > _FEW and prompt.count("\0") * 3 >= len(prompt) and not is_blank(prompt)


def first_line(prompt: str, limit: int = 120) -> str:
    """Return the first non-blank line, with runs of space folded, cut at `limit` characters with an ellipsis."""
    line = next((line for line in prompt.splitlines() if not is_blank(line)), "")
    line = _SPACES.sub(" ", line[: _FOLDED_TIMES * limit]).strip()  # called on every key, and a line may be the whole text
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def slug(prompt: str, limit: int = 40) -> str:
    """Return lower-case words of the prompt joined by hyphens: letters and digits of any script, at most `limit` characters.

    Never empty: a prompt without a letter or digit becomes `clip`.
    """
    words = _words(unicodedata.normalize("NFC", first_line(prompt, 4 * limit).casefold()))
    joined = ""
    for word in words:
        longer = f"{joined}-{word}" if joined else word
        if len(longer) > limit:
            break
        joined = longer
    return joined or (words[0][:limit] if words else "clip")


def _words(text: str) -> list[str]:
    """Return runs of letters and digits with their combining marks (most scripts of India need them)."""
    kept = "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in text)
    return [word for word in kept.split() if unicodedata.category(word[0])[0] != "M"]
