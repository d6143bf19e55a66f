"""Decides whether several paid tasks may be created together: at once, after a question, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.money import dollars, rounded


class Gate(StrEnum):
    """The answer for a whole batch: all of its tasks are created or none."""

    ALLOWED = "allowed"
    CONFIRM = "confirm"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Means:
    """What a batch is measured by, in US dollars.

    `committed_usd` is the most that today's tasks and those that wait may cost. A balance of None is not known, a limit of
    None is none. `places`: how many tasks of these models may run at once; `taken`: how many of these are taken.
    """

    ask_above_usd: float
    day_limit_usd: float | None = None
    committed_usd: float = 0.0
    balance_usd: float | None = None
    places: int = 1_000
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's answer. `cost` is the sum as words; `reasons` are sentences about what the user should know before."""

    gate: Gate
    tasks: int
    cost: str
    reasons: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The batch in one sentence, such as `6 tasks for $4.80–7.20, price unknown for 2 of 6.`."""
        return f"{self.tasks} tasks{self.cost}."


def judge_batch(prices: Sequence[PriceEstimate | None], means: Means) -> Judgement:
    """Judge tasks that are created together, by the price of each; None is an unknown one. Pure.

    One task alone is always allowed. A batch that certainly passes today's limit is blocked, because a part of it would be
    sent and the rest left waiting. It is asked about if a price is unknown, if it may cost more than `ask_above_usd`, if it
    may pass the limit, or if it costs more than the balance, which a top-up may have changed meanwhile.
    """
    known = [price for price in prices if price is not None]
    low, high = rounded(sum(price.low_usd for price in known)), rounded(sum(price.high_usd for price in known))
    tasks, cost = len(prices), _cost_words(low, high, known=len(known), tasks=len(prices))
    if tasks < 2:
        return Judgement(Gate.ALLOWED, tasks, cost)
    if means.day_limit_usd is not None:
        left = max(0.0, rounded(means.day_limit_usd - means.committed_usd))
        if low > left:
            words = f"Today's limit of {dollars(means.day_limit_usd)} leaves {dollars(left)}, counting what waits."
            return Judgement(Gate.BLOCKED, tasks, cost, (words,))
    warnings = _warnings(low, high, means)
    asks = warnings or len(known) < tasks or high > means.ask_above_usd
    crowd = _crowd_words(tasks, means) if asks else ()
    return Judgement(Gate.CONFIRM if asks else Gate.ALLOWED, tasks, cost, (*warnings, *crowd))


def _warnings(low: float, high: float, means: Means) -> tuple[str, ...]:
    words = list[str]()
    limit = means.day_limit_usd
    if limit is not None and rounded(means.committed_usd + high) > limit:
        words.append(f"That may pass today's limit of {dollars(limit)}; the rest would wait until tomorrow.")
    if means.balance_usd is not None and high > means.balance_usd:
        more = "more" if low > means.balance_usd else "perhaps more"
        words.append(f"That is {more} than your balance of {dollars(means.balance_usd)}.")
    return tuple(words)


def _crowd_words(tasks: int, means: Means) -> tuple[str, ...]:
    free = max(0, means.places - means.taken)
    if tasks <= free:
        return ()
    return (f"{free:,} of them can run now; the others wait for a place." if free else "All of them wait for a free place.",)


def _cost_words(low: float, high: float, *, known: int, tasks: int) -> str:
    """Return ` for $4.80–7.20, price unknown for 2 of 6`; a batch without any known price is ` at unknown prices`."""
    if not known:
        return " at unknown prices"
    span = dollars(low) if low == high else f"{dollars(low)}–{dollars(high).removeprefix('$')}"
    unknown = "" if known == tasks else f", price unknown for {tasks - known} of {tasks}"
    return f" for {span}{unknown}"
