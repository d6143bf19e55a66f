"""What the command line tells of a model, as words."""

from collections.abc import Iterator, Sequence

from sora_studio.cli.model_facts import when_of, words_of
from sora_studio.domain.models.facts import durations, price_of, resolutions, sound, usual_s
from sora_studio.domain.models.price_words import full_price
from sora_studio.domain.models.profile import MediaSlot, Mode, ModelProfile, Option, OptionKind, Price, PricePer, Rule
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.models.values import OptionValue, listed, shown
from sora_studio.domain.picture import format_name

UNKNOWN = "unknown"
_PER = {PricePer.CLIP: "per clip", PricePer.SECOND: "per second", PricePer.INPUT_SECOND: "per second of input"}
_MINUTES_FROM_S = 120


def listing(profile: ModelProfile, record: ModelRecord | None) -> list[str]:
    """Return the cells of the list."""
    return [
        profile.slug,
        profile.title,
        profile.family,
        profile.status.value,
        _seconds(durations(profile)) or "-",
        ", ".join(map(shown, resolutions(profile))) or "-",
        f"sound: {sound(profile)}",
        _price_words(profile, record),
        _usual_words(profile, record),
        _task_words(record),
        ", ".join(mode.id for mode in profile.modes),
    ]


def comparison(profile: ModelProfile, record: ModelRecord | None) -> dict[str, list[str]]:
    """Return the cells of one column, by the title of their row; each cell is one or more paragraphs."""
    options, roles = dict[str, str](), dict[str, str]()
    for option in profile.options:
        options.setdefault(option.field, option.title)
    for slot in profile.media:
        roles.setdefault(slot.role, _count_words(slot))
    return {
        "": [profile.slug],
        "Title": [profile.title],
        "Family": [profile.family],
        "Status": [_status_words(profile)],
        "Modes": [f"{mode.id}: {mode.title}" for mode in profile.modes],
        "Durations": [_seconds(durations(profile)) or UNKNOWN],
        "Resolutions": [", ".join(map(shown, resolutions(profile))) or UNKNOWN],
        "Sound": [sound(profile)],
        "Options": [f"{field}: {title}" for field, title in options.items()] or ["none"],
        "Media": [f"{role}: {words}" for role, words in roles.items()] or ["none"],
        "Prompt": [_prompt_words(profile)],
        "Routes": [_route_words(profile)],
        "Price": [_price_words(profile, record)],
        "Usual time": [_usual_words(profile, record)],
        "Tasks": [_task_words(record)],
        "Source": [profile.source.url if profile.source else UNKNOWN],
    }


def description(profile: ModelProfile, record: ModelRecord | None) -> Iterator[str]:
    """Yield the lines of everything about a model."""
    limits, poll = profile.limits, profile.poll
    yield f"{profile.title} ({profile.slug}), family {profile.family}"
    yield f"Status: {_status_words(profile)}"
    yield f"Prompt: {_prompt_words(profile)}"
    yield f"Routes: {_route_words(profile)}"
    yield f"Sound: {sound(profile)}"
    yield from _titled("Price", [_price(price) for price in profile.prices] or [UNKNOWN])
    times = [f"{_times(time.seconds)}{_when(when_of(time.when))}" for time in profile.generation_times]
    yield from _titled("Usual time", times or [UNKNOWN])
    if record and record.price_usd is not None:
        yield f"Measured price: {full_price(profile, record, None)}"
    if record and record.usual_s is not None:
        yield f"Measured time: {_measured_times(record.usual_s)}"
    yield f"Status checks: after {poll.first_after_s:g} s, then every {poll.every_s:g} s"
    yield f"Limits: {limits.requests_per_minute:,} requests a minute, {limits.concurrent_tasks:,} tasks at once"
    yield f"Results are kept for {_hours(profile.expire_after_s)}"
    yield f"Tasks: {_task_words(record)}"
    if source := profile.source:
        yield f"Source: {source.url}, seen on {source.seen_on.isoformat()}, confidence {source.confidence}"
    for mode in profile.modes:
        yield ""
        yield from _mode_lines(mode, profile)
    if profile.rules:
        yield ""
        yield "Rules"
        yield from (f"  {_rule(rule)}" for rule in profile.rules)


def _mode_lines(mode: Mode, profile: ModelProfile) -> Iterator[str]:
    yield f"Mode {mode.id}: {mode.title} ({mode.kind}){'' if mode.prompt_required else ', the prompt may be left out'}"
    if mode.fixed:
        yield f"  always: {words_of(mode.fixed)}"
    lines = [(option.field, _option_words(option)) for option in profile.options_in(mode.id)]
    lines += [(slot.role.value, _slot_words(slot)) for slot in profile.media_in(mode.id)]
    width = max((len(name) for name, _ in lines), default=0)
    yield from (f"  {name.ljust(width)}  {words}" for name, words in lines)


def _option_words(option: Option) -> str:
    if option.kind is OptionKind.CHOICE:
        words = f"{option.title}: {', '.join(_value(option, choice.value) for choice in option.choices)}"
    else:
        words = f"{option.title} {option.says()}"
    if option.max_chars is not None:
        words += f", {option.max_chars:,} characters at most"
    if option.default is not None:
        return f"{words}; default {shown(option.default)}"
    return f"{words}; {'must be chosen' if option.required else 'left to the service unless chosen'}"


def _value(option: Option, value: OptionValue) -> str:
    """Return the value as it is typed, with its title where that says something else."""
    typed, label = shown(value), option.label(value)
    return typed if label.casefold() in (typed.casefold(), option.measured(value).casefold()) else f"{typed} ({label})"


def _slot_words(slot: MediaSlot) -> str:
    words = [f"{_count_words(slot)} as {slot.field}"]
    if slot.formats:
        words.append(listed(map(format_name, slot.formats)))
    if slot.max_bytes is not None:
        words.append(f"up to {slot.max_bytes / 1e6:,g} MB")
    limits = (
        ("px a side", slot.min_side, slot.max_side),
        ("width / height", slot.min_ratio, slot.max_ratio),
        ("s", slot.min_s, slot.max_s),
        ("s together", None, slot.total_max_s),
    )
    words.extend(f"{_range(low, high)} {unit}" for unit, low, high in limits if low is not None or high is not None)
    if not slot.alpha:
        words.append("nothing transparent")
    if slot.tag:
        words.append(f"named {slot.tag} in the prompt")
    return ", ".join(words)


def _count_words(slot: MediaSlot) -> str:
    if slot.max is None:
        return f"{slot.min} or more of kind {slot.kind}"
    return f"{slot.min if slot.min == slot.max else f'{slot.min} to {slot.max}'} of kind {slot.kind}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {high:,g}" if high is not None else f"at least {low or 0:,g}"
    return f"{low:,g} to {high:,g}"


def _titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield one line, or the title and the lines below it."""
    if len(lines) == 1:
        yield f"{title}: {lines[0]}"
        return
    yield title
    yield from (f"  {line}" for line in lines)


def _status_words(profile: ModelProfile) -> str:
    after = f", no longer offered after {profile.gone_after.isoformat()}" if profile.gone_after else ""
    instead = f"; use {listed(profile.successors)} instead" if profile.successors else ""
    return f"{profile.status}{after}{instead}"


def _prompt_words(profile: ModelProfile) -> str:
    limits = profile.prompt
    most = f"{limits.min_chars:,} to {limits.max_chars:,} characters" if limits.max_chars else "no limit is stated"
    return f"{'required' if limits.required else 'optional'}, {most}"


def _route_words(profile: ModelProfile) -> str:
    routing = profile.routing
    return f"{', '.join(routing.values)}; default {routing.default}" if routing else "none to choose"


def _seconds(values: Sequence[OptionValue]) -> str:
    """Return `5, 10 s`; a length that is read from a medium as `as video`."""
    lengths = [shown(value) for value in values if not _is_role(value)]
    read = [f"as {value}" for value in values if _is_role(value)]
    return ", ".join([*([f"{', '.join(lengths)} s"] if lengths else []), *read])


def _is_role(value: OptionValue) -> bool:
    return isinstance(value, str) and value.isalpha()


def _price_words(profile: ModelProfile, record: ModelRecord | None) -> str:
    if record and record.price_usd is not None:
        return full_price(profile, record, None)
    amount, per = price_of(profile)
    if amount is None or per is None:
        return "price unknown" if per is None else f"price unknown, {_PER[PricePer(per)]}"
    currency = next(price.currency for price in profile.prices if price.amount)
    return f"{_amount(amount)} {currency} {_PER[PricePer(per)]}"


def _price(price: Price) -> str:
    words = f"{_amount(price.amount)} {price.currency}" if price.amount else "an unknown amount"
    words = f"{words} {_PER[price.per]}"
    if price.min_s is not None or price.max_s is not None:
        words += f", billed for {_range(price.min_s, price.max_s)} s"
    seen = f"; seen on {price.seen_on.isoformat()}" if price.seen_on else ""
    return f"{words}{_when(when_of(price.when))}{seen}"


def _amount(amount: tuple[float, float]) -> str:
    low, high = amount
    return _money(low) if low == high else f"{_money(low)} to {_money(high)}"


def _money(amount: float) -> str:
    """Return at least two digits, and as many as the amount has."""
    words = f"{amount:.2f}"
    return words if float(words) == amount else f"{amount:g}"


def _rule(rule: Rule) -> str:
    return f"{rule.say}{_when(when_of(rule.when))}"


def _when(when: dict[str, object]) -> str:
    return f" ({words_of(when)})" if when else ""


def _usual_words(profile: ModelProfile, record: ModelRecord | None) -> str:
    if record and record.usual_s is not None:
        return _measured_times(record.usual_s)
    times = usual_s(profile)
    return _times((times[0], times[1])) if times else "time unknown"


def _measured_times(usual_s: tuple[float, float]) -> str:
    median, most = (f"{int(seconds) // 60}:{int(seconds) % 60:02d}" for seconds in usual_s)
    return f"{median}, nearly always under {most}"


def _times(seconds: tuple[float, float]) -> str:
    low, high = seconds
    unit, divisor = ("min", 60) if low >= _MINUTES_FROM_S else ("s", 1)
    ends = [f"{end / divisor:g}" for end in dict.fromkeys((low, high))]
    return f"{' to '.join(ends)} {unit}"


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"


def _task_words(record: ModelRecord | None) -> str:
    return UNKNOWN if record is None else f"{record.tasks:,} {'task' if record.tasks == 1 else 'tasks'}"
