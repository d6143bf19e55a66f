"""Searches models by name and facts: every word of the query must fit, as "seedance 1080p sound" or "end frame under $0.30"."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sora_studio.domain.models.fact_words import made_from, short_facts, table
from sora_studio.domain.models.facts import length_ranges, named_resolutions, resolutions, shapes, slots_of, sound
from sora_studio.domain.models.profile import ModeKind, ModelProfile, Role, Status
from sora_studio.domain.models.shapes import as_ratio
from sora_studio.domain.models.values import shown

_UNDER = re.compile(r"(?:\b(?:under|below|less than|up to|max)\b|[<≤])\s*(?:\$\s*)?(?P<usd>\d+(?:[.,]\d+)?|[.,]\d+)?(?:\s*\$)?")
_SECONDS = re.compile(r"(?<![\w.$])(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)\b")
_WORD = re.compile(r"[^\s,;“”\"'()·–—/<>&]+")
_NOISE = frozenset({"a", "an", "and", "at", "for", "in", "of", "or", "the", "to", "with"})
_FRAMES = "first last start end frame frames picture pictures image images keyframe keyframes"
_ROLE_WORDS = {
    Role.FIRST: "first start frame picture image from",
    Role.LAST: _FRAMES,
    Role.REFERENCE: "reference references refs picture pictures image images",
    Role.MASK: "mask masks",
    Role.CHARACTER: "character characters",
    Role.VIDEO: "video videos film films input",
    Role.AUDIO: "audio voice speech music file files input",
    Role.LORA: "lora loras",
}
_KIND_WORDS = {
    ModeKind.TEXT: "text words prompt t2v",
    ModeKind.IMAGE: "picture image i2v",
    ModeKind.REFERENCE: "reference references",
    ModeKind.MOTION: "motion control animate",
    ModeKind.EDIT: "edit edits editing",
    ModeKind.TALK: "talk talking lip lipsync speak",
    ModeKind.EXTEND: "extend extends continue continues longer",
}
_STATUS_WORDS = {Status.CURRENT: "current", Status.RETIRING: "retiring old", Status.GONE: "gone offered"}


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """A parsed query. `seconds` are lengths that must be possible; `under_usd` is what a clip may cost, None for any amount."""

    words: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()
    under_usd: float | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether every model fits."""
        return self == ModelQuery()


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """What is looked at for one model, made once: words in lower case, each after a space, and lengths in seconds."""

    name: str
    facts: str
    lengths: tuple[tuple[float, float], ...]
    is_gone: bool


def parse_query(text: str) -> ModelQuery:
    """Return the query. Never raises; a price whose amount is still to be typed limits nothing."""
    rest, amounts, seconds = _plain(text), list[float](), list[float]()

    def take_price(found: re.Match[str]) -> str:
        if usd := found["usd"]:
            amounts.append(float(usd.replace(",", ".")))
        return " "

    def take_seconds(found: re.Match[str]) -> str:
        seconds.append(float(found[1]))
        return " "

    rest = _SECONDS.sub(take_seconds, _UNDER.sub(take_price, rest))
    words = tuple(word for found in _WORD.findall(rest) if (word := found.strip(".?!:")) and word not in _NOISE)
    return ModelQuery(words, tuple(seconds), min(amounts, default=None))


def entry_of(profile: ModelProfile) -> SearchEntry:
    """Return the model's words and lengths."""
    lengths = tuple(length_ranges(profile))
    name = f"{profile.title} {profile.slug} {profile.slug.replace('-', ' ')} {profile.family}"
    return SearchEntry(_indexed(name), _indexed(_fact_text(profile)), lengths, profile.status is Status.GONE)


def matches(entry: SearchEntry, query: ModelQuery, price_usd: Callable[[], float | None]) -> bool:
    """Return whether the model fits. A model that is gone is found by name only.

    `price_usd` returns what a clip of the draft costs at most, None if that is not known; it is called only if it matters.
    """
    is_named = False
    for word in query.words:
        if f" {word}" in entry.name:
            is_named = True
        elif not _is_fact(word, entry.facts):
            return False
    if entry.is_gone and not is_named:
        return False
    if not all(any(low <= each <= high for low, high in entry.lengths) for each in query.seconds):
        return False
    if query.under_usd is None:
        return True
    usd = price_usd()
    return usd is not None and (usd < query.under_usd or math.isclose(usd, query.under_usd))


def _is_fact(word: str, facts: str) -> bool:
    """Return whether a fact begins with the word; a single digit is a count, as in `9 references`, and not that of 9:16."""
    if len(word) > 1 or not word.isdecimal():
        return f" {word}" in facts
    return re.search(rf" {word}\d*(?![\d:.])", facts) is not None


def _fact_text(profile: ModelProfile) -> str:
    parts = [*short_facts(profile), made_from(profile), *(words for _, words in table(profile)[1:3])]
    parts += [shown(value) for value in (*resolutions(profile), *named_resolutions(profile))]
    if sound(profile) != "never":
        parts.append("sound audio")
    ratios = [ratio for shape in shapes(profile) if (ratio := as_ratio(shape))]
    parts += ["portrait vertical upright"] if any(ratio < 1 for ratio in ratios) else []
    parts += ["landscape horizontal wide"] if any(ratio > 1 for ratio in ratios) else []
    parts += ["square"] if any(ratio == 1 for ratio in ratios) else []
    parts += [words for role, words in _ROLE_WORDS.items() if slots_of(profile, role)]
    parts += [_KIND_WORDS[mode.kind] for mode in profile.modes]
    parts += [f"{option.title} {option.meaning}" for option in profile.options if option.meaning not in ("", "sound")]
    parts.append(_STATUS_WORDS[profile.status])
    return " ".join(parts)


def _indexed(text: str) -> str:
    """Return each word once after a space, so that a word of the query is found where one begins."""
    return " " + " ".join(dict.fromkeys(_WORD.findall(_plain(text))))


def _plain(text: str) -> str:
    """Return the text without accents and in lower case, so that `Évian` is found by `evian`."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()
