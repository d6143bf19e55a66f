"""Task filters as SQL: by state, by gateway, and by words of the prompt or an id, ignoring case.

The search matches substrings of the folded prompt instead of using a word index: languages without spaces have no words to
index, and scanning 100,000 prompts takes a fraction of a second on the reader thread.
"""

import unicodedata

from sora_studio.domain.ports import TaskFilter
from sora_studio.storage.rows import SqlValue

_WORD = "(instr(folded, ?) OR instr(lower(coalesce(task_id, '')), ?) OR id = ?)"


def fold(text: str) -> str:
    """Return `text` normalized for search: case-folded, with equivalent characters unified (NFKC)."""
    text = text.encode(errors="replace").decode().replace("\0", " ")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def from_where(which: TaskFilter, *conditions: str) -> tuple[str, list[SqlValue]]:
    """Return `FROM … WHERE …` and its values. `conditions` are appended; the caller appends their values."""
    words = fold(which.search).split()
    terms, values = list[str](), list[SqlValue]()
    if not which.removed:
        terms.append("removed_at IS NULL")
    if which.states:
        terms.append(f"state IN ({', '.join('?' * len(which.states))})")
        values.extend(sorted(which.states))
    if which.gateway is not None:
        terms.append("gateway = ?")
        values.append(which.gateway)
    for word in words:
        terms.append(_WORD)
        values.extend((word, word, _id_of(word)))
    tables = "tasks JOIN task_words ON task = id" if words else "tasks"
    return f"FROM {tables} WHERE {' AND '.join([*terms, *conditions]) or 'TRUE'}", values


def _id_of(word: str) -> int | None:
    """Return the id in a word such as `12` or `#12`."""
    digits = word.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
