"""Texts of the panel in which one draft is tried with several models. Pure functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sora_studio.domain.beside import BesideEntry
from sora_studio.domain.models.carry import RESOLUTION, is_equal, meanings_of
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.fact_words import DOT, end_words
from sora_studio.domain.models.facts import SOUND
from sora_studio.domain.models.price_words import NOT_KNOWN, estimate_words
from sora_studio.domain.models.profile import DURATION, Option, Role
from sora_studio.domain.models.values import OptionValue, is_number, shown
from sora_studio.domain.money import dollars
from sora_studio.domain.request import as_draft, mode_of
from sora_studio.viewmodels.compose import form_fields

NOTHING_CAN_BE_SENT = "None of these can be sent."


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that is sent; `differs`: the draft's own model has another one, or none."""

    words: str
    differs: bool


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One model. `refusals` keep it from being sent; `clips` tells how many it makes if that is more than one."""

    slug: str
    title: str
    mode: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    refusals: tuple[str, ...]
    price: str
    clips: str
    is_current: bool


def row_of(
    entry: BesideEntry,
    first: BesideEntry,
    refusals: Iterable[str],
    *,
    price: PriceEstimate | None,
    takes: int,
    today: date,
) -> BesideRow:
    """Return a model's row; `first` is that of the draft's own model, `price` that of one task."""
    refusals = tuple(dict.fromkeys(refusals))
    end = end_words(entry.profile, today)
    clips = entry.parts * takes
    return BesideRow(
        slug=entry.profile.slug,
        title=entry.profile.title,
        mode=mode_of(entry.request, entry.profile).title,
        facts=facts_of(entry, first),
        notes=(*([f"{end[:1].upper()}{end[1:]}."] if end else []), *entry.notes),
        refusals=refusals,
        price="" if refusals else estimate_words(price, tasks=clips) or NOT_KNOWN,
        clips=f"{clips} clips" if clips > 1 and not refusals else "",
        is_current=entry is first,
    )


def facts_of(entry: BesideEntry, first: BesideEntry) -> tuple[Fact, ...]:
    """Return length, resolution, shape and sound, and the options that are not at their default."""
    known = dict[str, OptionValue]()
    there = set[str]()
    for words, meanings in _values(first):
        known |= meanings
        there.add(words)
    facts = list[Fact]()
    for words, meanings in _values(entry):
        alike = _is_known(meanings, known) if meanings else words in there
        facts.append(Fact(words, differs=not alike))
    return tuple(facts)


def total_words(prices: Sequence[tuple[PriceEstimate | None, int]]) -> str:
    """Return `≈ $1.20` for prices and how many clips have each, with `or more` if not all are known; empty if none is."""
    known = [(price, clips) for price, clips in prices if price is not None]
    if not known:
        return ""
    low = dollars(sum((price.usd if price.measured else price.low_usd) * clips for price, clips in known))
    high = dollars(sum((price.usd if price.measured else price.high_usd) * clips for price, clips in known))
    if len(known) < len(prices):
        return f"≈ {low} or more"
    return f"≈ {low}" if low == high else f"≈ {low}–{high.removeprefix('$')}"


def generate_words(clips: int, total: str, *, online: bool) -> str:
    """Return the button's text: how many clips it orders, and their price."""
    words = [f"{'Generate' if online else 'Queue'} {clips}{'' if online else ' for later'}", total]
    return DOT.join(word for word in words if word)


def summary(models: int, refused: int, clips: int, total: str) -> str:
    """Return what will be sent, and what is left out: `2 of 3 models · 2 clips`, with `price not known` if none is."""
    if models == refused:
        return NOTHING_CAN_BE_SENT
    count = f"{models - refused} of {models} models" if refused else f"{models} {'model' if models == 1 else 'models'}"
    price = [] if total else [f"price {NOT_KNOWN}"]
    return DOT.join([count, f"{clips} {'clip' if clips == 1 else 'clips'}", *price])


def spoken(row: BesideRow) -> str:
    """Return the row for a screen reader."""
    facts = [f"{fact.words}, differs" if fact.differs else fact.words for fact in row.facts]
    price = f"Price {row.price.replace('–', ' to ')}" if row.price else "Not sent"
    sentences = [f"{row.title}, {row.mode}", "; ".join(facts), *row.refusals, *row.notes, price, row.clips]
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence) + "."


def _values(entry: BesideEntry) -> Iterator[tuple[str, Mapping[str, OptionValue]]]:
    """Yield words and meanings of what is sent, or always so, in the order of the form."""
    profile, draft = entry.profile, as_draft(entry.request, entry.profile)
    mode = mode_of(entry.request, profile)
    for meaning in (DURATION, RESOLUTION, SOUND):
        value = mode.fixed.get(meaning)
        if value is not None and value not in set(Role):
            yield _fixed_words(meaning, value), {meaning: value}
    for option in form_fields.in_order(profile.options_in(mode.id)):
        value = draft.chosen(option)
        if value is not None and (words := _words(option, value)):
            yield words, meanings_of(option, value)
    route = entry.request.route
    if profile.routing and route not in ("", profile.routing.default):
        yield f"Route {route}", {}


def _words(option: Option, value: OptionValue) -> str:
    return form_fields.chip_words(option, value) if form_fields.is_common(option) else form_fields.difference(option, value)


def _fixed_words(meaning: str, value: OptionValue) -> str:
    if meaning == SOUND:
        return f"Sound: {shown(value).capitalize()}"
    return f"{shown(value)} s" if meaning == DURATION and is_number(value) else shown(value)


def _is_known(meanings: Mapping[str, OptionValue], known: Mapping[str, OptionValue]) -> bool:
    return all(name in known and is_equal(name, value, known[name]) for name, value in meanings.items())
