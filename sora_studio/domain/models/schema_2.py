"""Reads a profile of schema 2: flat lists of modes, options, media, rules, prices and times."""

from sora_studio.domain.models.condition_tables import Names, read_price, read_rule, read_time
from sora_studio.domain.models.media_tables import read_media
from sora_studio.domain.models.names import check_field, check_slug
from sora_studio.domain.models.option_tables import read_options
from sora_studio.domain.models.profile import (
    EXPIRE_AFTER_S,
    MODE,
    Limits,
    Mode,
    ModeKind,
    ModelProfile,
    PollPlan,
    PromptLimits,
    Routing,
    Source,
    Status,
)
from sora_studio.domain.models.toml_table import Table, quoted
from sora_studio.domain.models.values import OptionValue, is_number, listed

_CONFIDENCE = ("high", "medium", "low")
_MEASURED = ("video", "audio")
"""Roles from which a mode may read the duration that it fixes."""


def read_schema_2(root: Table, digest: str) -> ModelProfile:
    """Return the profile; raises `ProfileError` for anything unknown, missing or senseless."""
    slug = check_slug(root, "slug", root.text("slug"))
    prompt = read_prompt(root.maybe(root.table, "prompt"))
    modes = _read_modes(root, prompt)
    options = read_options(root, modes)
    media = read_media(root, modes, options)
    names = Names(modes, options, media)
    routing, poll = root.maybe(root.table, "routing"), root.maybe(root.table, "poll")
    profile = ModelProfile(
        slug=slug,
        title=root.text("title"),
        family=root.text("family"),
        digest=digest,
        status=root.word("status", Status),
        gone_after=root.maybe(root.day, "gone_after"),
        successors=_read_successors(root),
        source=_read_source(root.table("source")),
        prompt=prompt,
        routing=None if routing is None else read_routing(routing),
        modes=modes,
        options=options,
        media=media,
        rules=tuple(read_rule(table, names) for table in root.tables("rule")),
        prices=tuple(read_price(table, names) for table in root.tables("price")),
        generation_times=tuple(read_time(table, names) for table in root.tables("generation_time")),
        poll=read_poll(poll),
        states_poll=poll is not None,
        limits=read_limits(root.maybe(root.table, "limits")),
        expire_after_s=read_expiry(root.maybe(root.table, "results")),
    )
    root.finish()
    return profile


def _read_successors(root: Table) -> tuple[str, ...]:
    successors = root.maybe(root.texts, "successors") or ()
    for position, successor in enumerate(successors):
        check_slug(root, "successors", successor, position)
    return successors


def _read_source(table: Table) -> Source:
    source = Source(table.text("url"), table.day("seen_on"), table.text("confidence"))
    if source.confidence not in _CONFIDENCE:
        raise table.error("confidence", f"confidence is {source.confidence!r}, which is none of {listed(_CONFIDENCE)}.")
    table.finish()
    return source


def _read_modes(root: Table, prompt: PromptLimits) -> tuple[Mode, ...]:
    modes = list[Mode]()
    for table in root.tables("mode"):
        mode = _read_mode(table, prompt)
        if any(other.id == mode.id for other in modes):
            raise table.error("id", f"There is already a mode {mode.id!r}.")
        modes.append(mode)
    if not modes:
        raise root.error("mode", "A profile needs at least one [[mode]].")
    return tuple(modes)


def _read_mode(table: Table, prompt: PromptLimits) -> Mode:
    mode_id, sends, fixed = table.text("id"), table.maybe(table.table, "sends"), table.maybe(table.table, "fixed")
    required = table.maybe(table.flag, "prompt_required")
    mode = Mode(
        id=mode_id,
        title=table.text("title"),
        kind=table.word("kind", ModeKind),
        sends={MODE: mode_id} if sends is None else {check_field(sends, name, name): sends.scalar(name) for name in sends},
        prompt_required=prompt.required if required is None else required,
        fixed={} if fixed is None else _read_fixed(fixed),
    )
    table.finish()
    return mode


def _read_fixed(table: Table) -> dict[str, OptionValue]:
    fixed = {name: table.scalar(name) for name in table}
    duration = fixed.get("duration_s")
    if duration is not None and not is_number(duration) and duration not in _MEASURED:
        raise table.error("duration_s", f"duration_s takes seconds or {listed(_MEASURED)}, not {quoted(duration)}.")
    return fixed


def read_prompt(table: Table | None) -> PromptLimits:
    """Return the limits of the prompt."""
    if table is None:
        return PromptLimits()
    limits = PromptLimits(
        required=table.maybe(table.flag, "required") is not False,
        min_chars=table.maybe(table.integer, "min_chars", at_least=1) or 1,
        max_chars=table.maybe(table.integer, "max_chars", at_least=1),
    )
    table.check_order("min_chars", limits.min_chars, "max_chars", limits.max_chars)
    table.finish()
    return limits


def read_routing(table: Table) -> Routing:
    """Return the routes."""
    routing = Routing(table.texts("values"), table.text("default"))
    if routing.default not in routing.values:
        raise table.error("default", f"default is {routing.default!r}, which is none of {listed(routing.values)}.")
    table.finish()
    return routing


def read_poll(table: Table | None) -> PollPlan:
    """Return when to poll."""
    if table is None:
        return PollPlan()
    plan = PollPlan(table.seconds("first_after_s"), table.seconds("every_s"))
    table.finish()
    return plan


def read_limits(table: Table | None) -> Limits:
    """Return the service's limits."""
    if table is None:
        return Limits()
    limits = Limits(table.integer("requests_per_minute", at_least=1), table.integer("concurrent_tasks", at_least=1))
    table.finish()
    return limits


def read_expiry(table: Table | None) -> float:
    """Return how long results are kept, in seconds."""
    if table is None:
        return EXPIRE_AFTER_S
    expire_after_s = table.seconds("expire_after_s")
    table.finish()
    return expire_after_s
