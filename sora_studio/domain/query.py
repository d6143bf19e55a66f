"""The grammar of the search box and of `sora-studio tasks --search`.

Everything typed is a query: what is no filter, or not yet, is a word. Items narrow one another; ` OR ` between two of them
widens (and binds closer). `-` before a word, phrase or filter negates it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sora_studio.domain.query_filters import (
    Condition,
    Has,
    Is,
    Name,
    Named,
    Place,
    Quote,
    Sort,
    Sorted,
    State,
    Widened,
    Words,
)
from sora_studio.domain.read_filter import read_filter, read_setting


@dataclass(frozen=True, slots=True)
class Term:
    """A condition, or its negation."""

    condition: Condition
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{self.condition}"

    @property
    def words(self) -> str:
        """How it reads, for example `not rejected`."""
        if not self.negated:
            return self.condition.words
        if isinstance(self.condition, Has):
            return f"has no {self.condition.what}"
        if isinstance(self.condition, Named) and self.condition.is_no_project:
            return "in a project"
        return f"not {self.condition.words}"

    @property
    def word(self) -> Words | None:
        """The word or phrase to look for; None for a filter, and for one that must not be there."""
        return self.condition if isinstance(self.condition, Words) and not self.negated else None

    @property
    def is_void(self) -> bool:
        """Whether it asks for nothing, having no visible character."""
        return isinstance(self.condition, Words) and not self.condition.folded


@dataclass(frozen=True, slots=True)
class Group:
    """Terms of which one has to hold."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.terms))

    @property
    def words(self) -> str:
        """How it reads, for example `kept or stars ≥ 3`."""
        return " or ".join(term.words for term in self.terms)


Item = Group | Widened | Sorted


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of a query. `text` is what is typed for it, `words` is how it reads, `at` is its place among the items."""

    at: int
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Query:
    """What the text of a search box asks for. `str` gives its canonical text, which parses to an equal query."""

    items: tuple[Item, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.items))

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that all have to hold, without terms that ask for nothing."""
        groups = (
            Group(tuple(term for term in item.terms if not term.is_void)) for item in self.items if isinstance(item, Group)
        )
        return tuple(group for group in groups if group.terms)

    @property
    def sort(self) -> Sort:
        """Order of the results: the last one that is typed, or newest first."""
        return next((item.by for item in reversed(self.items) if isinstance(item, Sorted)), Sort.NEWEST)

    @property
    def includes_trash(self) -> bool:
        """Whether what is in the trash is found as well."""
        return self._includes(Place.TRASH, Is.TRASHED)

    @property
    def includes_hidden(self) -> bool:
        """Whether hidden tasks are found as well."""
        return self._includes(Place.HIDDEN, Is.HIDDEN)

    @property
    def words(self) -> tuple[Words, ...]:
        """The words and phrases to look for: what a result shows as its hits."""
        return tuple(term.word for group in self.groups for term in group.terms if term.word is not None)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The filters, in the order of the text. A filter in an OR makes one chip of the whole group."""
        return tuple(Chip(at, str(item), item.words) for at, item in enumerate(self.items) if _is_filter(item))

    def without(self, chip: Chip) -> "Query":
        """Return the query without one of its chips."""
        return self._with_item(chip, "")

    def replacing(self, chip: Chip, text: str) -> "Query":
        """Return the query with a text in the place of one of its chips."""
        return self._with_item(chip, _closed(parse(text)))

    def adding(self, text: str) -> "Query":
        """Return the query with a text at its end."""
        return parse(f"{_closed(self)} {text}")

    def _with_item(self, chip: Chip, text: str) -> "Query":
        """Return the query with another text as its item; unchanged if the chip is of another query."""
        if chip not in self.chips:
            return self
        # Parsed again as a whole: an OR that was a word before may now stand between two terms.
        return parse(" ".join(text if at == chip.at else str(item) for at, item in enumerate(self.items)))

    def _includes(self, place: Place, state: Is) -> bool:
        asked = Term(State(state))
        return any(item == Widened(place) or (isinstance(item, Group) and asked in item.terms) for item in self.items)


def parse(text: str) -> Query:
    """Return the query that a text means. Every text means one."""
    tokens = list(_tokens(text))
    items = list[list[Term] | Widened | Sorted]()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token is None:
            before, after = items[-1] if items else None, tokens[at] if at < len(tokens) else None
            if isinstance(before, list) and isinstance(after, Term):
                before.append(after)
                at += 1
                continue
            token = Term(Words(_OR))
        items.append([token] if isinstance(token, Term) else token)
    return Query(tuple(Group(tuple(item)) if isinstance(item, list) else item for item in items))


def _closed(query: Query) -> str:
    """Return the canonical text, with a closing quotation mark if that is still missing."""
    last = query.items[-1] if query.items else None
    condition = last.terms[-1].condition if isinstance(last, Group) else None
    is_open = isinstance(condition, Words | Named) and condition.quote is Quote.OPEN
    return f'{query}"' if is_open else str(query)


def _is_filter(item: Item) -> bool:
    return not isinstance(item, Group) or any(not isinstance(term.condition, Words) for term in item.terms)


_OR = "OR"
_BLANK = re.compile(r"\s*")
_BARE = re.compile(r"\S+")
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)("?)')
_NAMED = re.compile(r"(model|mode|project|tag|fail):(?=\"\S)", re.IGNORECASE | re.ASCII)


def _tokens(text: str) -> Iterator[Term | Widened | Sorted | None]:
    """Yield terms and settings in order; None is an OR."""
    at = _skip_blank(text, 0)
    while at < len(text):
        negated = text[at] == "-" and not text[at + 1 : at + 2].isspace() and at + 1 < len(text)
        named = _NAMED.match(text, start := at + negated)
        quoted = _QUOTED.match(text, named.end() if named else start)
        inner = quoted[1].replace('""', '"').strip() if quoted else ""
        if quoted and (inner or not named):
            at = quoted.end()
            quote = Quote.CLOSED if quoted[2] else Quote.OPEN
            if inner:
                yield Term(Named(Name(named[1].lower()), inner, quote) if named else Words(inner, quote), negated)
        else:
            bare = _BARE.match(text, start)
            assert bare is not None
            at = bare.end()
            yield _bare_token(bare[0], negated=negated)
        at = _skip_blank(text, at)


def _skip_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _bare_token(text: str, *, negated: bool) -> Term | Widened | Sorted | None:
    if negated:
        return Term(read_filter(text) or Words(text), negated=True)
    return None if text == _OR else read_setting(text) or Term(read_filter(text) or Words(text))
