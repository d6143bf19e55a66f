"""Model profiles: everything the program knows about one model of the gateway, as data.

A profile is a TOML text (`resources/models/*.toml`, overridden or joined by the user's own `models/*.toml`). Reading one is
pure: text in, `ModelProfile` out, or a `ProfileError` that names the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

OptionValue = str | int | bool


@dataclass(frozen=True, slots=True)
class PromptLimits:
    """In Python characters."""

    min_chars: int
    max_chars: int


@dataclass(frozen=True, slots=True)
class ImageRules:
    """`field` is the wire's name; `formats` are decoder names in lower case; `max_bytes` applies to each image."""

    field: str
    min: int
    max: int
    formats: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Option:
    """One control of the form and one field of the wire's `input`."""

    field: str
    title: str
    values: tuple[OptionValue, ...]
    default: OptionValue
    unit: str = ""

    def allows(self, value: OptionValue) -> bool:
        """Return whether the value is a choice, of the same type: 1 is not True."""
        return any(value == allowed and type(value) is type(allowed) for allowed in self.values)

    def label(self, value: OptionValue) -> str:
        """Return the value for display: `10 s`, `Landscape`, `on`."""
        if isinstance(value, bool):
            return "on" if value else "off"
        text = str(value)
        return f"{text} {self.unit}" if self.unit else text[:1].upper() + text[1:]

    def parse(self, text: str) -> OptionValue:
        """Return the allowed value that reads like `text` from a command line, else `text` itself (which is then refused)."""
        wanted = text.strip().casefold()
        for allowed in self.values:
            spoken = {str(allowed).casefold()}
            if isinstance(allowed, bool):
                spoken |= {"true", "yes", "on", "1"} if allowed else {"false", "no", "off", "0"}
            if wanted in spoken:
                return allowed
        return text


@dataclass(frozen=True, slots=True)
class Routing:
    """The wire's `provider`."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class PollPlan:
    """When to poll a task's status: the first wait, then the interval, in seconds."""

    first_after_s: float
    every_s: float


@dataclass(frozen=True, slots=True)
class GenerationTime:
    """The usual time from submission to result, for tasks whose options match all of `when`."""

    when: Mapping[str, OptionValue]
    seconds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Price:
    """What a task costs in US dollars, for tasks whose options (and `provider`) match all of `when`."""

    when: Mapping[str, OptionValue]
    usd: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's own limits for this model."""

    requests_per_minute: int
    concurrent_tasks: int


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """Everything the program knows about one model. Times are seconds."""

    slug: str
    title: str
    modes: tuple[str, ...]
    prompt: PromptLimits
    images: ImageRules | None
    options: tuple[Option, ...]
    routing: Routing
    poll: PollPlan
    generation_times: tuple[GenerationTime, ...]
    prices: tuple[Price, ...]
    limits: Limits
    expire_after_s: float

    def option(self, field: str) -> Option | None:
        """Return the option with that wire name."""
        return next((option for option in self.options if option.field == field), None)

    def usual_time_s(self, options: Mapping[str, OptionValue]) -> tuple[float, float] | None:
        """Return the shortest and longest usual time for these options; None when the profile has none."""
        return next((time.seconds for time in self.generation_times if _holds(time.when, options)), None)

    def price_usd(self, options: Mapping[str, OptionValue], route: str) -> float | None:
        """Return the price of one task; None when the profile has none."""
        facts = {**options, "provider": route}
        return next((price.usd for price in self.prices if _holds(price.when, facts)), None)

    def faster(self, speed: float) -> Self:
        """Return the same model for a simulated service at `speed` times normal speed: only the waits shrink."""
        poll = PollPlan(self.poll.first_after_s / speed, self.poll.every_s / speed)
        times = tuple(
            GenerationTime(time.when, (time.seconds[0] / speed, time.seconds[1] / speed)) for time in self.generation_times
        )
        return replace(self, poll=poll, generation_times=times)


def _holds(when: Mapping[str, OptionValue], facts: Mapping[str, OptionValue]) -> bool:
    return all(facts.get(name) == value for name, value in when.items())
