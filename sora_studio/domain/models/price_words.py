"""A model's price as words, never more certain than it is known: measured, as the profile states it, or not known."""

from collections.abc import Mapping, Sequence

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import MODE, Condition, ModelProfile, PricePer
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.models.values import OptionValue, is_among
from sora_studio.domain.money import dollars

NOT_KNOWN = "not known"
NOT_KNOWN_YET = "not known yet"
_SHORT = {PricePer.CLIP: "", PricePer.SECOND: " / s", PricePer.INPUT_SECOND: " / input s"}
_LONG = {PricePer.CLIP: "", PricePer.SECOND: " a second", PricePer.INPUT_SECOND: " a second of the input"}


def short_price(profile: ModelProfile, record: ModelRecord | None) -> str:
    """Return `≈ $0.42` for a measured median, `$0.12` for the profile's only price, `$0.20 or $1.50` for several."""
    if record and record.price_usd is not None:
        return f"≈ {dollars(record.price_usd)}"
    return _stated(profile, _SHORT)


def full_price(profile: ModelProfile, record: ModelRecord | None, draft_usd: tuple[float, float] | None) -> str:
    """Return the price with how it is known: `≈ $0.42 (0.40–0.45, 29 measured)`.

    `draft_usd` is what the profile says of the current draft; it is told if that says more than the price alone.
    """
    if record and record.price_usd is not None:
        low, high = record.price_range_usd or (record.price_usd, record.price_usd)
        count = f" ({_measured(low, high, record.measured)})" if record.measured else ""
        return f"≈ {dollars(record.price_usd)}{count}"
    words = _stated(profile, _LONG)
    if draft_usd is None or (here := _amounts([draft_usd], "USD")) == words:
        return words
    return f"{words}; this draft {here}"


def estimate_words(price: PriceEstimate | None, *, tasks: int = 1) -> str:
    """Return `≈ $0.42` as measured, `$0.12` or `$0.40–0.45` as the profile states it; empty while it is not known."""
    if price is None:
        return ""
    if price.measured:
        return f"≈ {dollars(price.usd * tasks)}"
    ends = dict.fromkeys((_money(price.low_usd * tasks, "USD"), _money(price.high_usd * tasks, "USD")))
    low, *higher = ends
    return "–".join([low, *(end.removeprefix("$") for end in higher)])


def explained_estimate(price: PriceEstimate | None) -> str:
    """Return the price of one clip with how it is known: `≈ $0.42 (0.40–0.45, 29 measured)`, `$0.12` or `not known yet`."""
    if price is None:
        return NOT_KNOWN_YET
    words = estimate_words(price)
    return f"{words} ({_measured(price.low_usd, price.high_usd, price.measured)})" if price.measured else words


def draft_price_usd(profile: ModelProfile, draft: Draft) -> tuple[float, float] | None:
    """Return the lowest and highest price of one clip of the draft as the profile states it; None if it does not."""
    mode = profile.mode(draft.mode)
    return profile.price_range_usd(*draft.facts(mode, profile)) if mode else None


def _stated(profile: ModelProfile, units: Mapping[PricePer, str]) -> str:
    """Return the profile's prices; those that are paid for the same thing stand together."""
    groups = dict[tuple[PricePer, str], list[tuple[float, float]]]()
    for price in profile.prices:
        if price.amount:
            groups.setdefault((price.per, price.currency), []).append(price.amount)
    words = [f"{_amounts(spans, currency)}{units[per]}" for (per, currency), spans in groups.items()]
    is_whole = all(price.amount for price in profile.prices) and _covers_all(profile)
    return " or ".join(words if is_whole else [*words, NOT_KNOWN])


def _covers_all(profile: ModelProfile) -> bool:
    """Return whether the prices surely hold for every request: one without a condition, or one for each mode or choice."""
    named = dict[str, list[OptionValue]]()
    for price in profile.prices:
        if price.when == Condition():
            return True
        if len(price.when.equal) == 1 and not price.when.has and not price.when.lacks:
            [(name, values)] = price.when.equal.items()
            named.setdefault(name, []).extend(values)
    modes = [mode.id for mode in profile.modes]
    for name, values in named.items():
        options = [option for option in profile.options if option.field == name]
        everywhere = {mode for option in options for mode in option.modes if option.choices} >= set(modes)
        possible = [choice.value for option in options for choice in option.choices] if everywhere else []
        wanted = modes if name == MODE else possible
        if wanted and all(is_among(value, values) for value in wanted):
            return True
    return False


def _amounts(spans: Sequence[tuple[float, float]], currency: str) -> str:
    """Return one amount, two exact ones, or the lowest and the highest."""
    ends = sorted({end for span in spans for end in span})
    words = [_money(end, currency) for end in dict.fromkeys((ends[0], ends[-1]))]
    are_exact = all(low == high for low, high in spans)
    return (" or " if are_exact and len(ends) == 2 else " to ").join(words)


def _measured(low: float, high: float, count: int) -> str:
    span = f"{dollars(low)[1:]}–{dollars(high)[1:]}, " if low != high else ""
    return f"{span}{count:,} measured"


def _money(amount: float, currency: str) -> str:
    """Return at least two digits, and as many as the amount has: an exact price is not rounded."""
    words = f"{amount:.2f}"
    digits = words if abs(float(words) - amount) < 1e-9 else f"{amount:.6f}".rstrip("0")
    return f"${digits}" if currency == "USD" else f"{digits} {currency}"
