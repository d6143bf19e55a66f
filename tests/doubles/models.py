"""Shipped models, valid drafts for them, and damaged profiles: seeded, shared by unit tests and benchmark."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from sora_studio import paths
from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft, Media, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModelProfile, Option, OptionKind, Role
from sora_studio.domain.models.read import read
from sora_studio.domain.models.values import OptionValue

HARBOUR = """\
schema     = 2
slug       = "harbour-1"
title      = "Harbour 1"
family     = "harbour"
status     = "current"
source     = { url = "https://example.com/docs/harbour-1", seen_on = 2026-11-28, confidence = "high" }

[[mode]]
id    = "text-to-video"
title = "Text to video"
kind  = "text"
[[mode]]
id    = "frames"
title = "First and last frame"
kind  = "image"
sends = { mode = "pro", task = "FRAMES" }

[[option]]
field   = "seconds"
meaning = "duration_s"
title   = "Duration"
unit    = "s"
kind    = "choice"
values  = [5, 10]
default = 5
wire    = "string"
[[option]]
field    = "quality"
meaning  = "resolution"
title    = "Resolution"
kind     = "choice"
values   = ["720p", "1080p"]
required = true

[[media]]
role  = "first"
kind  = "image"
field = "image_urls"
modes = ["frames"]
min   = 1
max   = 1
[[media]]
role  = "last"
kind  = "image"
field = "image_urls"
modes = ["frames"]
max   = 1

[[rule]]
when  = { quality = "1080p" }
allow = { seconds = [5] }
say   = "10 s is not available at 1080p."
"""
"""A small model that uses most of schema 2."""

HERE = "# here"
"""Marks the line of a text that a refusal must name."""
MOST_CHARS = 20_000
ATTEMPTS = 200


# Shipped models


@cache
def shipped_texts() -> dict[str, str]:
    """Return the text of every shipped profile, by slug."""
    folder = paths.resources_dir() / "models"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}


@cache
def shipped_models() -> dict[str, ModelProfile]:
    """Return every shipped model, by slug."""
    return {slug: read(text, f"{slug}.toml") for slug, text in shipped_texts().items()}


def harbour(*additions: str) -> ModelProfile:
    """Return the small model, with more tables."""
    return read("\n".join([HARBOUR, *additions]), "harbour-1.toml")


def model(modes: str, *tables: str, title: str = "Model") -> ModelProfile:
    """Return a model of the given mode kinds, separated by spaces: each mode has its kind as id and title."""
    top = f'schema = 2\nslug = "m"\ntitle = "{title}"\nfamily = "m"\nstatus = "current"\n'
    top += 'source = { url = "https://example.com", seen_on = 2026-11-28, confidence = "low" }\n'
    listed = (f'[[mode]]\nid = "{kind}"\ntitle = "{kind}"\nkind = "{kind}"' for kind in modes.split())
    return read("\n".join([top, *listed, *tables]), "m.toml")


def refusal_of(text: str) -> tuple[int, str]:
    """Return line and reason of the refusal of a profile."""
    with pytest.raises(ProfileError) as caught:
        read(text, "mine.toml")
    assert caught.value.source == "mine.toml"
    return caught.value.line, caught.value.reason


def line_here(text: str) -> int:
    """Return the line that is marked; 0 for none."""
    return next((number for number, line in enumerate(text.split("\n"), start=1) if HERE in line), 0)


# Drafts


def image(name: str) -> Medium:
    """Return a picture at an address."""
    return Medium(f"https://example.com/{name}.png", MediaKind.IMAGE)


def addresses(*media: Media) -> Counter[str]:
    """Return how often each address stands in the given media."""
    return Counter(medium.address for roles in media for group in roles.values() for medium in group)


def any_value(option: Option, rng: random.Random) -> OptionValue:
    """Return a value that the option allows."""
    if option.choices:
        return rng.choice(option.choices).value
    if option.kind is OptionKind.SWITCH:
        return rng.random() < 0.5
    if option.kind is OptionKind.TEXT:
        return "haze " * rng.randint(1, 20)
    if option.random is not None and rng.random() < 0.3:
        return option.random
    low = option.min or 0
    high = option.max if option.max is not None else low + 100
    step = option.step or (1 if option.kind is OptionKind.INT else 0.25)
    value = low + rng.randint(0, int((high - low) / step)) * step
    return round(value) if option.kind is OptionKind.INT else value


def any_media(slot: MediaSlot, rng: random.Random) -> tuple[Medium, ...]:
    """Return as many media as fit, some of them alike. A first frame may stand for several tasks."""
    most = slot.max if slot.max is not None else slot.min + 3
    if slot.role is Role.FIRST and most == 1 and rng.random() < 0.2:
        most = 3
    names = (f"https://example.com/{slot.kind}{rng.randint(1, 20)}" for _ in range(rng.randint(slot.min, most)))
    return tuple(Medium(name, slot.kind, scale=rng.choice((0.5, 1.0))) for name in names)


def any_draft(profile: ModelProfile, mode: Mode, rng: random.Random) -> Draft:
    """Return a draft that could be sent with this model: every task of it is free of refusals."""
    text = "x" * rng.choice((profile.prompt.min_chars, 300, profile.prompt.max_chars or MOST_CHARS))
    for _ in range(ATTEMPTS):
        options = profile.options_in(mode.id)
        chosen = {option.field: any_value(option, rng) for option in options if option.required or rng.random() < 0.7}
        media = {slot.role: any_media(slot, rng) for slot in profile.media_in(mode.id)}
        route = rng.choice(("", *profile.routing.values)) if profile.routing else ""
        draft = Draft(text, mode.id, chosen, media, route)
        if all(refusal.kind is RefusalKind.GONE for part in draft.split(profile) for refusal in check(part, profile)):
            return draft
    raise AssertionError(f"No valid draft was found for {profile.slug}, {mode.id}.")


TO_COMPLETE = frozenset(
    {
        RefusalKind.GONE,
        RefusalKind.PROMPT_MISSING,
        RefusalKind.PROMPT_SHORT,
        RefusalKind.PROMPT_LONG,
        RefusalKind.TEXT_LONG,
        RefusalKind.OPTION_MISSING,
        RefusalKind.MEDIA_MISSING,
    }
)
"""What may keep a draft from being sent after its model changed: it wants for something, or has too much text."""


def avoidable(draft: Draft, profile: ModelProfile) -> list[str]:
    """Return the sentences of refusals that a draft whose model changed must not get.

    A rule may ask for something that the draft does not have.
    """
    wanting = {rule.say for rule in profile.rules if rule.when.lacks and not rule.allow}
    refusals = (refusal for part in draft.split(profile) for refusal in check(part, profile))
    return [refusal.say for refusal in refusals if refusal.kind not in TO_COMPLETE and refusal.say not in wanting]


# Damaged profiles


def _drop_lines(lines: list[str], rng: random.Random) -> None:
    start = rng.randrange(len(lines))
    del lines[start : start + rng.randint(1, 5)]


def _repeat_lines(lines: list[str], rng: random.Random) -> None:
    start = rng.randrange(len(lines))
    lines[start:start] = lines[start : start + rng.randint(1, 8)]


def _swap_lines(lines: list[str], rng: random.Random) -> None:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _change_value(lines: list[str], rng: random.Random) -> None:
    places = [number for number, line in enumerate(lines) if "=" in line]
    if places:
        number = rng.choice(places)
        lines[number] = f"{lines[number].partition('=')[0]}= {rng.choice(ODD_VALUES)}"


def _change_key(lines: list[str], rng: random.Random) -> None:
    places = [number for number, line in enumerate(lines) if "=" in line]
    if places:
        number = rng.choice(places)
        lines[number] = f"{rng.choice(ODD_KEYS)} ={lines[number].partition('=')[2]}"


def _change_word(lines: list[str], rng: random.Random) -> None:
    """Replace a word in quotes by another of the same file: the text stays valid TOML."""
    words = re.findall(r'"[^"\n]*"', "\n".join(lines))
    places = [number for number, line in enumerate(lines) if '"' in line]
    if words and places:
        number = rng.choice(places)
        lines[number] = re.sub(r'"[^"\n]*"', lambda _: rng.choice(words), lines[number], count=1)


def _change_number(lines: list[str], rng: random.Random) -> None:
    places = [number for number, line in enumerate(lines) if re.search(r"\d", line)]
    if places:
        number = rng.choice(places)
        lines[number] = re.sub(r"[\d_.]+", lambda _: rng.choice(ODD_NUMBERS), lines[number], count=1)


def _scatter_characters(lines: list[str], rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        number = rng.randrange(len(lines))
        place = rng.randint(0, len(lines[number]))
        kept = lines[number][place + rng.randint(0, 2) :]
        lines[number] = lines[number][:place] + rng.choice(ODD_CHARACTERS) + kept


def _cut_off(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines)) + 1 :]
    lines[-1] = lines[-1][: rng.randint(0, len(lines[-1]))]


ODD_NUMBERS = ("0", "-1", "1", "1.5", "1e300", "1e-320", "nan", "-inf", "9" * 25, "9" * 400, "9" * 5_000, f"0x{'f' * 5_000}")
ODD_VALUES = (
    *ODD_NUMBERS,
    *("true", "''", "' '", "'x'", "'a\\u0000b'", '"a\\nb"', "[]", "[[]]", "[1, 1]", "[0x1, 1.0, true, 'x']", "{}", "{ x = 1 }"),
    *("[{}]", "[{ value = 1 }, 1]", "2026-11-28", "12:00:00", "2026-11-28T12:00:00+23:59", "[2026-11-28, 2026-11-28]"),
    *("'''", '"""', f"{'[' * 3_000}", f"{{ a{'.a' * 300} = 1 }}", f"['{'x' * 3_000}']"),
)
ODD_KEYS = ("x", "mode", "min", "max", "kind", "when", "has", "values", '"a\\nb"', "''", "a.b", f"a{'.a' * 200}", "[", "[[x]]")
ODD_CHARACTERS = (
    "\0",
    "\x7f",
    "\r",
    "\t",
    "\\",
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    "#",
    "é",
    "\u2028",
    "😀",
    "\ud800",
    "\n",
)
DAMAGES: tuple[Callable[[list[str], random.Random], None], ...] = (
    _drop_lines,
    _repeat_lines,
    _swap_lines,
    _change_value,
    _change_key,
    _change_word,
    _change_number,
    _scatter_characters,
    _cut_off,
)


def damaged(text: str, rng: random.Random, ways: Iterable[Callable[[list[str], random.Random], None]] = ()) -> str:
    """Return the profile, damaged in one to three ways."""
    lines = text.split("\n")
    for damage in tuple(ways) or rng.choices(DAMAGES, k=rng.randint(1, 3)):
        damage(lines, rng)
        lines = lines or [""]
    return "\n".join(lines)


def outcome(text: str) -> str:
    """Return what reading did: `read`, `refused with a line` or `refused as a whole`; another word is a broken promise."""
    try:
        read(text, "mine.toml")
    except ProfileError as refusal:
        if not 0 <= refusal.line <= text.count("\n") + 1:
            return "refused with a line that the text does not have"
        if not (refusal.reason.endswith(".") and refusal.reason.isprintable()):
            return "refused without a sentence"
        return "refused with a line" if refusal.line else "refused as a whole"
    except Exception as error:  # what ends it is counted
        return f"ended by {type(error).__name__}"
    return "read"


KEPT_PROMISES = frozenset({"read", "refused with a line", "refused as a whole"})
