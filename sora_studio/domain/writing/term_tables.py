"""Reads vocabulary files. Strict: anything unknown, doubled or senseless is rejected with its line and a plain reason."""

from sora_studio.domain.models.toml_file import parse_toml
from sora_studio.domain.models.toml_table import Table
from sora_studio.domain.models.values import listed
from sora_studio.domain.writing.phrases import ANY_WORD, phrase_words
from sora_studio.domain.writing.terms import Term, TermKind

SCHEMA = "schema"
MAX_WORDS = 8
"""Longer phrases are sentences."""


def read_terms(text: str, source: str) -> tuple[Term, ...]:
    """Return the terms of a file: a table for each kind, with `"words" = "gloss"` or `{ gloss = …, also = […] }`.

    Raises `ProfileError`, which names `source`.
    """
    root = parse_toml(text, source)
    check_schema(root)
    terms, taken = list[Term](), dict[tuple[str, ...], str]()
    for key in root:
        if key == SCHEMA:
            continue
        if key not in set(TermKind):
            raise root.error(key, f"There is no kind {key!r}; there is {listed(TermKind, 'and')}.")
        table = root.table(key)
        for words in table:
            term = _read_term(table, TermKind(key), words)
            for name in term.names:
                check_phrase(table, words, name)
                if phrase_words(name) in taken:
                    raise table.error(words, f"{name!r} is already a name of {taken[phrase_words(name)]!r}.")
                taken[phrase_words(name)] = words
            terms.append(term)
    return tuple(terms)


def check_schema(root: Table) -> None:
    """Raise `ProfileError` unless the file is of schema 1."""
    schema = root.integer(SCHEMA, at_least=0)
    if schema != 1:
        raise root.error(SCHEMA, f"This program reads the schema 1; the file has schema {schema}.")


def check_phrase(table: Table, key: str, phrase: str, *, any_word: bool = False) -> None:
    """Raise `ProfileError` for a phrase that cannot be found. `any_word`: `*` may stand for a word after the first."""
    words = phrase_words(phrase)
    if not words or words[0] == ANY_WORD or (ANY_WORD in words and not any_word):
        wild = " that begins with a word; * stands for any other" if any_word else ""
        raise table.error(key, f"{phrase!r} is not a phrase of letters and digits{wild}.")
    if len(words) > MAX_WORDS:
        raise table.error(key, f"{phrase!r} has more than {MAX_WORDS} words.")


def _read_term(table: Table, kind: TermKind, words: str) -> Term:
    if isinstance(table.value(words), str):
        return Term(kind, words, table.text(words))
    entry = table.table(words)
    term = Term(kind, words, entry.text("gloss"), entry.maybe(entry.texts, "also") or ())
    entry.finish()
    return term
