"""The search as a plain filter over facts, one task at a time: the reference that the database's answers are compared with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sora_studio.domain.query import Group, Query, Term
from sora_studio.domain.query_filters import (
    Condition,
    Has,
    Having,
    Identity,
    Is,
    Name,
    Named,
    Shape,
    Shaped,
    Sort,
    State,
    Words,
    number_in,
)
from sora_studio.domain.query_ranges import Dated, Figure, Measure
from sora_studio.domain.search_words import fold, has_word


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """What the search knows of a task. `states` are those that hold, besides trash and hidden."""

    number: int
    text: str = ""
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    service_id: str | None = None
    stars: int = 0
    states: frozenset[Is] = frozenset()
    model: str = ""
    mode: str = ""
    project: str | None = None
    day: date = date(2026, 11, 29)
    fail_code: str | None = None
    fail_message: str | None = None
    cost_usd: float | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    has_clip: bool = True
    has_file: bool = False
    has_parent: bool = False
    trashed: bool = False
    hidden: bool = False


def search(query: Query, facts: Iterable[SearchFacts], *, today: date) -> list[int]:
    """Return the numbers of the tasks found, in the order of the results."""
    found = sorted(
        (one for one in facts if matches(query, one, today=today)), key=lambda one: (one.day, one.number), reverse=True
    )
    if query.sort is Sort.OLDEST:
        found.reverse()
    keys: dict[Sort, Callable[[SearchFacts], float]] = {
        Sort.STARS: lambda one: -one.stars,
        Sort.COST: lambda one: -(-1 if one.cost_usd is None else one.cost_usd),
        Sort.DURATION: lambda one: -(-1 if one.duration_s is None else one.duration_s),
    }
    key = keys.get(query.sort)
    return [one.number for one in (found if key is None else sorted(found, key=key))]


def matches(query: Query, facts: SearchFacts, *, today: date) -> bool:
    """Return whether the query finds a task."""
    if (facts.trashed and not query.includes_trash) or (facts.hidden and not query.includes_hidden):
        return False
    return all(_any_holds(group, facts, today) for group in query.groups)


def _any_holds(group: Group, facts: SearchFacts, today: date) -> bool:
    return any(_term_holds(term, facts, today) for term in group.terms)


def _term_holds(term: Term, facts: SearchFacts, today: date) -> bool:
    return _holds(term.condition, facts, today) is not term.negated


def _holds(condition: Condition, facts: SearchFacts, today: date) -> bool:  # noqa: PLR0911 - one case for each kind
    match condition:
        case Words():
            return _has_words(condition, facts)
        case Figure():
            figures = {Measure.STARS: facts.stars, Measure.COST: facts.cost_usd, Measure.DURATION: facts.duration_s}
            return condition.fits(figures[condition.measure])
        case Dated():
            return condition.fits(facts.day, today=today)
        case State():
            own = {Is.TRASHED: facts.trashed, Is.HIDDEN: facts.hidden}
            return own.get(condition.state, condition.state in facts.states)
        case Has():
            having = {
                Having.NOTE: facts.notes,
                Having.TAG: facts.tags,
                Having.FILE: facts.has_file,
                Having.PARENT: facts.has_parent,
            }
            return bool(having[condition.what])
        case Shaped():
            return condition.shape is _shape(facts)
        case Named():
            return _has_name(condition, facts)
        case Identity():
            return condition.fits(facts.number, facts.service_id)


def _has_words(words: Words, facts: SearchFacts) -> bool:
    texts = (facts.text, *facts.notes, *facts.tags)
    return (
        any(has_word(fold(text), words.folded, whole=words.is_whole) for text in texts)
        or facts.number == number_in(words.text)
        or facts.service_id in {words.text, words.text.lower(), words.text.upper()}
    )


def _has_name(named: Named, facts: SearchFacts) -> bool:
    if named.is_any_failure:
        return Is.FAILED in facts.states
    if named.is_no_project:
        return facts.project is None
    names = {
        Name.MODEL: [facts.model],
        Name.MODE: [facts.mode],
        Name.PROJECT: [facts.project] if facts.project is not None else [],
        Name.TAG: facts.tags,
        Name.FAIL: [text for text in (facts.fail_code, facts.fail_message) if text],
    }
    return any(named.fits(name) for name in names[named.name])


def _shape(facts: SearchFacts) -> Shape | None:
    if not facts.width or not facts.height:
        return None
    if facts.width == facts.height:
        return Shape.SQUARE
    return Shape.PORTRAIT if facts.width < facts.height else Shape.LANDSCAPE
