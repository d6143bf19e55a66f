"""Model profiles: everything the program knows about one model of the gateway, as data.

One flat list of modes; flat lists of options, media and rules that name the modes in which they exist. Times are seconds,
sizes bytes, lengths of text Python characters.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sora_studio.domain.models.values import OptionValue, is_among, is_number, is_on_step, is_whole, listed, shown

EXPIRE_AFTER_S = 86_400.0
"""24 hours: the shortest time that a page of the service states."""
DURATION = "duration_s"
"""Meaning of a clip's length in seconds."""
MODE, ROUTE = "mode", "provider"
"""Names that conditions use beside the options' fields: the id of the mode, and the wire's name of the route."""


class Status(StrEnum):
    """Whether the service still offers the model. Nothing is sent to one that is gone."""

    CURRENT = "current"
    RETIRING = "retiring"
    GONE = "gone"


class ModeKind(StrEnum):
    """What a mode makes its clip from, alike for all models."""

    TEXT = "text"
    IMAGE = "image"
    """Begins with a picture, and may end with one."""
    REFERENCE = "reference"
    MOTION = "motion"
    """A character moves as in a video."""
    EDIT = "edit"
    TALK = "talk"
    """A portrait speaks a sound."""
    EXTEND = "extend"


class OptionKind(StrEnum):
    """Which control an option gets, and which values it takes."""

    CHOICE = "choice"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    SWITCH = "switch"


class MediaKind(StrEnum):
    """What a medium is, whatever its role."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    LORA = "lora"


class Role(StrEnum):
    """What a medium does for the clip."""

    FIRST = "first"
    LAST = "last"
    REFERENCE = "reference"
    MASK = "mask"
    CHARACTER = "character"
    VIDEO = "video"
    AUDIO = "audio"
    LORA = "lora"


class PricePer(StrEnum):
    """What an amount is paid for."""

    CLIP = "clip"
    SECOND = "second"
    INPUT_SECOND = "input_second"


@dataclass(frozen=True, slots=True)
class Source:
    """The page on which a profile's facts were read; `confidence` is `high`, `medium` or `low`."""

    url: str
    seen_on: date
    confidence: str


@dataclass(frozen=True, slots=True)
class PromptLimits:
    """`max_chars` None: no page states a limit."""

    required: bool = True
    min_chars: int = 1
    max_chars: int | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """The wire's `provider`. Without routing it is not sent."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to use the model. `id` is ours; `sends` are its fields of the wire's `input`.

    `fixed`, by meaning: what the mode always gives, as a value or as the role that it is read from.
    """

    id: str
    title: str
    kind: ModeKind
    sends: Mapping[str, OptionValue]
    prompt_required: bool = True
    fixed: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice. `means` is the value in the words common to all models."""

    value: OptionValue
    title: str
    means: OptionValue


@dataclass(frozen=True, slots=True)
class Option:
    """One control of the form and one field of the wire's `input`, in its `modes`.

    An option without `default` is not sent until it is chosen; if it is `required`, it must be. Options of equal `meaning` are
    carried from model to model. `random` is the wire's value for "any"; it may lie outside the range.
    """

    field: str
    title: str
    kind: OptionKind
    modes: tuple[str, ...]
    meaning: str = ""
    unit: str = ""
    default: OptionValue | None = None
    required: bool = False
    as_text: bool = False
    """Sent as text, whatever its kind."""
    choices: tuple[Choice, ...] = ()
    min: float | None = None
    max: float | None = None
    step: float | None = None
    random: int | None = None
    max_chars: int | None = None

    def label(self, value: OptionValue) -> str:
        """Return the value for display: `10 s`, `Landscape`, `on`."""
        chosen = self.choice(value)
        return chosen.title if chosen else self.measured(value)

    def measured(self, value: OptionValue) -> str:
        """Return the value with its unit."""
        return f"{shown(value)} {self.unit}" if self.unit and is_number(value) else shown(value)

    def choice(self, value: OptionValue) -> Choice | None:
        """Return the choice that has this value, of the same type."""
        return next((choice for choice in self.choices if is_among(value, [choice.value])), None)

    def allows(self, value: OptionValue) -> bool:
        """Return whether the value could be sent; the length of a text is not looked at."""
        match self.kind:
            case OptionKind.CHOICE:
                return self.choice(value) is not None
            case OptionKind.SWITCH:
                return isinstance(value, bool)
            case OptionKind.TEXT:
                return isinstance(value, str)
            case OptionKind.INT:
                return is_whole(value) and is_number(value) and (value == self.random or self._is_in_range(value))
            case OptionKind.FLOAT:
                return is_number(value) and self._is_in_range(value)

    def says(self) -> str:
        """Return what the option takes, as the end of a sentence that begins with its title."""
        if self.kind is OptionKind.CHOICE:
            return f"takes {listed(choice.title for choice in self.choices)}"
        if self.kind is OptionKind.SWITCH:
            return "takes on or off"
        if self.kind is OptionKind.TEXT:
            return "takes text"
        return f"{self._range()}{self._any()}"

    def parse(self, text: str) -> OptionValue:
        """Return the value that reads like `text` from a command line, else `text` itself (which is then refused)."""
        wanted = text.strip().casefold()
        for choice in self.choices:
            if wanted in {*_words(choice.value), choice.title.casefold()}:
                return choice.value
        if self.kind is OptionKind.SWITCH:
            return next((value for value in (True, False) if wanted in _words(value)), text)
        try:
            if self.kind is OptionKind.INT:
                return int(wanted)
            if self.kind is OptionKind.FLOAT:
                return float(wanted)
        except ValueError:
            pass
        return text

    def _is_in_range(self, value: OptionValue) -> bool:
        number = float(value)
        if (self.min is not None and number < self.min) or (self.max is not None and number > self.max):
            return False
        return self.step is None or is_on_step(number, self.min or 0.0, self.step)

    def _range(self) -> str:
        number = "whole numbers" if self.kind is OptionKind.INT else "numbers"
        steps = f" in steps of {shown(self.step)}" if self.step is not None else ""
        match self.min, self.max:
            case None, None:
                return f"takes {number}{steps}"
            case low, None:
                return f"starts at {self.measured(low)}{steps}"
            case None, high:
                return f"ends at {self.measured(high)}{steps}"
            case low, high:
                return f"goes from {shown(low)} to {self.measured(high)}{steps}"

    def _any(self) -> str:
        if self.random is None or self._is_in_range(self.random):
            return ""
        return f"; {self.random} stands for any"


@dataclass(frozen=True, slots=True)
class MediaSlot:
    """One role that media can take in some modes, with its limits; None: no limit is stated.

    Slots of one mode with the same `field` make one list, in the file's order. `formats` are lower-case names of decoders or
    containers. Sides are pixels; ratios are width / height, and lie strictly between their limits. `tag` is how a prompt
    names a medium of this role, as `@Image{n}`.
    """

    role: Role
    kind: MediaKind
    field: str
    modes: tuple[str, ...]
    min: int = 0
    max: int | None = None
    formats: tuple[str, ...] = ()
    max_bytes: int | None = None
    tag: str = ""
    min_side: int | None = None
    max_side: int | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None
    alpha: bool = True
    min_s: float | None = None
    max_s: float | None = None
    total_max_s: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds if every key is equal to one of its values, all of `has` are there, and none of `lacks` is."""

    equal: Mapping[str, tuple[OptionValue, ...]] = field(default_factory=dict[str, tuple[OptionValue, ...]])
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def holds(self, facts: Mapping[str, OptionValue], present: AbstractSet[str]) -> bool:
        """Return whether it holds for the values that are sent and for the names of the options and roles that are there."""
        return (
            all(name in facts and is_among(facts[name], values) for name, values in self.equal.items())
            and all(name in present for name in self.has)
            and not any(name in present for name in self.lacks)
        )


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a rule leaves of an option: these values, or this range."""

    values: tuple[OptionValue, ...] = ()
    min: float | None = None
    max: float | None = None

    def __contains__(self, value: OptionValue) -> bool:
        if self.values:
            return is_among(value, self.values)
        if isinstance(value, str) or not is_number(value):
            return False
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


@dataclass(frozen=True, slots=True)
class Rule:
    """While `when` holds, only what `allow` names may be chosen. Without `allow` the request is refused. `say` is why."""

    when: Condition
    say: str
    allow: Mapping[str, Allowed] = field(default_factory=dict[str, Allowed])


@dataclass(frozen=True, slots=True)
class Price:
    """What a clip costs, or a second of it or of its input, when `when` holds.

    `amount` None: only the shape is known. `min_s` and `max_s`: seconds billed at least and at most.
    """

    per: PricePer
    when: Condition = Condition()
    amount: tuple[float, float] | None = None
    currency: str = "USD"
    seen_on: date | None = None
    source: str = ""
    min_s: float | None = None
    max_s: float | None = None

    def billed_s(self, seconds: float) -> float:
        """Return the seconds that are paid for a clip of that length."""
        at_least = max(seconds, self.min_s or 0.0)
        return at_least if self.max_s is None else min(at_least, self.max_s)


@dataclass(frozen=True, slots=True)
class GenerationTime:
    """The usual time from submission to result, shortest and longest, when `when` holds."""

    seconds: tuple[float, float]
    when: Condition = Condition()


@dataclass(frozen=True, slots=True)
class PollPlan:
    """When to poll a task's status: the first wait, then the interval."""

    first_after_s: float = 60.0
    every_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's own limits for this model; where no page states them, those that it states for all."""

    requests_per_minute: int = 10_000
    concurrent_tasks: int = 1_000


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """Everything the program knows about one model. `digest` is the SHA-256 of its file."""

    slug: str
    title: str
    modes: tuple[Mode, ...]
    digest: str = ""
    family: str = ""
    status: Status = Status.CURRENT
    gone_after: date | None = None
    successors: tuple[str, ...] = ()
    source: Source | None = None
    prompt: PromptLimits = PromptLimits()
    routing: Routing | None = None
    options: tuple[Option, ...] = ()
    media: tuple[MediaSlot, ...] = ()
    rules: tuple[Rule, ...] = ()
    prices: tuple[Price, ...] = ()
    generation_times: tuple[GenerationTime, ...] = ()
    poll: PollPlan = PollPlan()
    states_poll: bool = False
    """Whether `poll` is the profile's own; otherwise measured times may replace the first wait."""
    limits: Limits = Limits()
    expire_after_s: float = EXPIRE_AFTER_S

    def mode(self, mode_id: str) -> Mode | None:
        """Return the mode with that id."""
        return next((mode for mode in self.modes if mode.id == mode_id), None)

    def options_in(self, mode: str) -> tuple[Option, ...]:
        """Return the options of a mode, each field once."""
        return tuple(option for option in self.options if mode in option.modes)

    def media_in(self, mode: str) -> tuple[MediaSlot, ...]:
        """Return the roles of a mode, in the order in which they are sent."""
        return tuple(slot for slot in self.media if mode in slot.modes)

    @property
    def tags(self) -> tuple[str, ...]:
        """How a prompt names the model's media, as `@Image{n}`, each once."""
        return tuple(dict.fromkeys(slot.tag for slot in self.media if slot.tag))

    def usual_time_s(self, facts: Mapping[str, OptionValue], present: AbstractSet[str]) -> tuple[float, float] | None:
        """Return the shortest and longest usual time for these values; None when the profile has none."""
        return next((time.seconds for time in self.generation_times if time.when.holds(facts, present)), None)

    def price_for(self, facts: Mapping[str, OptionValue], present: AbstractSet[str]) -> Price | None:
        """Return the price that applies to these values; None when the profile has none."""
        return next((price for price in self.prices if price.when.holds(facts, present)), None)

    def price_range_usd(
        self, facts: Mapping[str, OptionValue], present: AbstractSet[str], *, input_s: float | None = None
    ) -> tuple[float, float] | None:
        """Return the lowest and highest price of one task in US dollars; None when the profile has none.

        `input_s` is how many seconds of media are sent, for prices by those; None if that is not known.
        """
        price = self.price_for(facts, present)
        if price is None or price.amount is None or price.currency != "USD":
            return None
        if price.per is PricePer.CLIP:
            return price.amount
        seconds = self.duration_s(facts) if price.per is PricePer.SECOND else input_s
        if seconds is None:
            return None
        low, high = (amount * price.billed_s(seconds) for amount in price.amount)
        return low, high

    def duration_s(self, facts: Mapping[str, OptionValue]) -> float | None:
        """Return the clip's length in seconds: as chosen, else as the mode fixes it; None if it is read from a medium."""
        mode = self.mode(str(facts.get(MODE)))
        options = self.options_in(mode.id) if mode else self.options
        fields = [option.field for option in options if option.meaning == DURATION and option.field in facts]
        value = facts[fields[0]] if fields else mode.fixed.get(DURATION) if mode else None
        return float(value) if value is not None and is_number(value) else None

    def faster(self, speed: float) -> Self:
        """Return the same model for a simulated service at `speed` times normal speed: only the waits shrink."""
        poll = PollPlan(self.poll.first_after_s / speed, self.poll.every_s / speed)
        times = tuple(
            replace(time, seconds=(time.seconds[0] / speed, time.seconds[1] / speed)) for time in self.generation_times
        )
        return replace(self, poll=poll, generation_times=times)


def without_file(slug: str) -> ModelProfile:
    """Return a model whose file is gone: what holds for every model is enough to follow its tasks; nothing is sent."""
    return ModelProfile(slug, slug, (Mode("", slug, ModeKind.TEXT, {}),), status=Status.GONE)


def _words(value: OptionValue) -> set[str]:
    spoken = {str(value).casefold()}
    if isinstance(value, bool):
        spoken |= {"true", "yes", "on", "1"} if value else {"false", "no", "off", "0"}
    return spoken
