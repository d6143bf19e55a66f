"""What the program needs to know about a prompt's text. Lengths are Python characters (code points), as the service counts."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def first_line(prompt: str, limit: int = 120) -> str:
    """The first line that says something, with runs of space folded, cut at `limit` characters with an ellipsis."""
    line = next((line for line in prompt.splitlines() if line.strip()), "")
    line = _SPACES.sub(" ", line).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def slug(prompt: str, limit: int = 40) -> str:
    """Lower-case words of the prompt joined by hyphens: letters and digits of any script, at most `limit` characters.

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
    """Runs of letters and digits with the marks that belong to them (most scripts of India need them)."""
    kept = "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in text)
    return [word for word in kept.split() if unicodedata.category(word[0])[0] != "M"]
