"""Reads a model profile. Strict: anything unknown, missing or senseless is rejected with its line and a plain reason."""

import re
import tomllib
from collections.abc import Mapping, Sequence

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.profile import (
    GenerationTime,
    ImageRules,
    Limits,
    ModelProfile,
    Option,
    OptionValue,
    PollPlan,
    Price,
    PromptLimits,
    Routing,
)
from sora_studio.domain.request import Mode
from sora_studio.domain.toml_lines import Toml
from sora_studio.domain.toml_table import Table

SCHEMA = 1
MAX_PROFILE_CHARS = 100_000
"""Far beyond any model; keeps a wrong file in the folder from stalling the start."""

_SLUG = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_WIRE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FORMAT = re.compile(r"[a-z0-9]+")
_TAKEN_FIELDS = frozenset({"mode", "prompt", "provider", "request_type", "callback_url"})
_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def parse_profile(text: str, source: str) -> ModelProfile:
    """Return the profile that `text` describes; raises `ProfileError`, which names `source`, for anything else."""
    if len(text) > MAX_PROFILE_CHARS:
        raise ProfileError(source, 0, f"It is longer than {MAX_PROFILE_CHARS:,} characters and cannot be a profile.")
    try:
        content: dict[str, Toml] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, source, str(error)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, endlessly nested brackets
        raise ProfileError(source, 0, "It cannot be read as TOML.") from None
    return _read_profile(Table(content, text, source))


def is_slug(text: str) -> bool:
    """Return whether the text can name a model: it becomes part of an address and of a file name."""
    return len(text) <= 64 and _SLUG.fullmatch(text) is not None


def _syntax_error(text: str, source: str, message: str) -> ProfileError:
    place = _SYNTAX_LINE.search(message)
    if place is None:
        return ProfileError(source, 0, f"{message}.")
    line = int(place[1]) if place[1] else len(text.splitlines())
    return ProfileError(source, line, f"{message[: place.start()]}.")


def _read_profile(root: Table) -> ModelProfile:
    _read_schema(root)
    slug = root.text("slug")
    if not is_slug(slug):
        raise root.error(
            "slug", f"{slug!r} is not a slug: lower-case letters and digits, joined by '-', '.' or '_', at most 64."
        )
    title, modes = root.text("title"), _read_modes(root)
    images = _read_images(root, modes)
    options = _read_options(root, images)
    routing = _read_routing(root.table("routing"))
    choices: dict[str, Sequence[OptionValue]] = {option.field: option.values for option in options}
    profile = ModelProfile(
        slug=slug,
        title=title,
        modes=modes,
        prompt=_read_prompt(root.table("prompt")),
        images=images,
        options=options,
        routing=routing,
        poll=_read_poll(root.table("poll")),
        generation_times=tuple(_read_time(table, choices) for table in root.tables("generation_time")),
        prices=tuple(_read_price(table, {**choices, "provider": routing.values}) for table in root.tables("price")),
        limits=_read_limits(root.table("limits")),
        expire_after_s=_read_expiry(root.table("results")),
    )
    root.finish()
    return profile


def _read_schema(root: Table) -> None:
    schema = root.integer("schema", at_least=0)
    if schema != SCHEMA:
        raise root.error("schema", f"This program reads schema {SCHEMA}; the file has schema {schema}.")


def _read_modes(root: Table) -> tuple[str, ...]:
    modes, known = root.texts("modes"), [mode.value for mode in Mode]
    for position, mode in enumerate(modes):
        if mode not in known:
            raise root.error("modes", f"{mode!r} is not a mode; the modes are {' and '.join(known)}.", position)
    return modes


def _read_prompt(table: Table) -> PromptLimits:
    limits = PromptLimits(table.integer("min_chars", at_least=1), table.integer("max_chars", at_least=1))
    if limits.min_chars > limits.max_chars:
        raise table.error("min_chars", f"min_chars ({limits.min_chars}) is more than max_chars ({limits.max_chars}).")
    table.finish()
    return limits


def _read_images(root: Table, modes: Sequence[str]) -> ImageRules | None:
    wanted = Mode.IMAGE_TO_VIDEO in modes
    table = root.optional_table("images")
    if table is None:
        if wanted:
            raise root.error("modes", f"The mode {Mode.IMAGE_TO_VIDEO} needs a table [images].")
        return None
    if not wanted:
        raise root.error("images", f"Images need the mode {Mode.IMAGE_TO_VIDEO} among the modes.")
    rules = ImageRules(
        field=_read_field(table, _TAKEN_FIELDS),
        min=table.integer("min", at_least=1),
        max=table.integer("max", at_least=1),
        formats=table.texts("formats"),
        max_bytes=table.integer("max_bytes", at_least=1),
    )
    if rules.min > rules.max:
        raise table.error("min", f"min ({rules.min}) is more than max ({rules.max}).")
    for position, name in enumerate(rules.formats):
        if not _FORMAT.fullmatch(name):
            raise table.error("formats", f"{name!r} is not the name of a format in lower case, such as 'jpeg'.", position)
    table.finish()
    return rules


def _read_options(root: Table, images: ImageRules | None) -> tuple[Option, ...]:
    options, taken = list[Option](), set(_TAKEN_FIELDS)
    if images is not None:
        taken.add(images.field)
    for table in root.tables("options"):
        options.append(_read_option(table, taken))
        taken.add(options[-1].field)
    return tuple(options)


def _read_option(table: Table, taken: set[str]) -> Option:
    values = table.choices("values")
    option = Option(
        field=_read_field(table, taken),
        title=table.text("title"),
        values=values,
        default=table.choice("default", values),
        unit=table.optional_text("unit"),
    )
    table.finish()
    return option


def _read_field(table: Table, taken: set[str] | frozenset[str]) -> str:
    field = table.text("field")
    if not _WIRE_NAME.fullmatch(field):
        raise table.error("field", f"{field!r} is not a field name: letters, digits and '_', not a digit first, at most 64.")
    if field in taken:
        raise table.error("field", f"The field {field!r} is already taken.")
    return field


def _read_routing(table: Table) -> Routing:
    values, default = table.texts("values"), table.text("default")
    if default not in values:
        raise table.error("default", f"default is {default!r}, which is none of {', '.join(map(repr, values))}.")
    table.finish()
    return Routing(values, default)


def _read_poll(table: Table) -> PollPlan:
    plan = PollPlan(table.seconds("first_after_s"), table.seconds("every_s"))
    table.finish()
    return plan


def _read_time(table: Table, choices: Mapping[str, Sequence[OptionValue]]) -> GenerationTime:
    time = GenerationTime(table.conditions("when", choices), table.span("seconds"))
    table.finish()
    return time


def _read_price(table: Table, choices: Mapping[str, Sequence[OptionValue]]) -> Price:
    price = Price(table.conditions("when", choices), table.number("usd"))
    table.finish()
    return price


def _read_limits(table: Table) -> Limits:
    limits = Limits(table.integer("requests_per_minute", at_least=1), table.integer("concurrent_tasks", at_least=1))
    table.finish()
    return limits


def _read_expiry(table: Table) -> float:
    expire_after_s = table.seconds("expire_after_s")
    table.finish()
    return expire_after_s
