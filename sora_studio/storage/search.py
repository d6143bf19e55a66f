"""Which tasks a filter means, as SQL: by state, gateway, and the words of a prompt or an id in any case and script.

Words are found anywhere in the folded prompt, not by a word index: languages that write without spaces have no words to index,
and reading 100,000 prompts takes a fraction of a second on the reading thread.
"""

import unicodedata

from sora_studio.domain.ports import TaskFilter
from sora_studio.storage.rows import SqlValue

_WORD = "(instr(folded, ?) OR instr(lower(coalesce(task_id, '')), ?) OR id = ?)"


def fold(text: str) -> str:
    """`text` without the differences that a search should not see: case, and ways to write the same character."""
    text = text.encode(errors="replace").decode().replace("\0", " ")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def from_where(which: TaskFilter, *conditions: str) -> tuple[str, list[SqlValue]]:
    """`FROM … WHERE …` and its values. Further `conditions` come last and bring their values themselves."""
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
    """The id that a word means: `12` or `#12`."""
    digits = word.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
