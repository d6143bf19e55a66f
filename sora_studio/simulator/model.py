"""What a model of the simulated service takes, gives and costs. `models.py` holds the table of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool

DEFAULT_EDGE_PX = 720
"""Shorter edge of a clip whose resolution cannot be chosen."""
ASSUMED_INPUT_S = 5.0
"""Length of a video or sound that cannot be fetched or decoded."""


class FieldKind(StrEnum):
    """What a field of `input` holds."""

    CHOICE = "choice"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    SWITCH = "switch"


class MediaKind(StrEnum):
    """What the addresses in a list lead to. A LoRA is an object with its address and its strength."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    LORA = "lora"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `input`. `anything` is an integer that stands for any; it may lie outside the range.

    A field without a default may be left out unless it is required.
    """

    name: str
    kind: FieldKind
    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float | None = None
    anything: int | None = None
    max_chars: int | None = None
    default: Value | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class MediaField:
    """A list of addresses in `input`. `most` None: no limit. Formats and size are checked for fetched pictures only."""

    name: str
    kind: MediaKind
    least: int = 0
    most: int | None = 1
    formats: tuple[str, ...] = ("jpeg", "png", "webp")
    max_bytes: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """While the condition holds, `field` must have one of `values`, or be at most `high`; with neither, it is refused.

    The condition: each field in `equal` has its value, all of `has` were sent, and none of `lacks` was.
    """

    field: str
    reason: str
    equal: Mapping[str, Value] = dataclass_field(default_factory=dict[str, Value])
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """Limits in characters; `most` None: no limit."""

    least: int = 1
    most: int | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a clip or for a second of it, times a factor for each field that has one for its value.

    `least_s` and `most_s`: seconds billed at least and at most.
    """

    usd: float
    per: str = "second"
    factors: Mapping[str, Mapping[Value, float]] = dataclass_field(default_factory=dict[str, Mapping[Value, float]])
    least_s: float = 0.0
    most_s: float = float("inf")

    def of(self, values: Mapping[str, Value], length_s: float) -> float:
        """Return the price of a clip, in whole cents."""
        units = 1.0 if self.per == "clip" else min(max(length_s, self.least_s), self.most_s)
        for name, factors in self.factors.items():
            units *= factors.get(values[name], 1.0) if name in values else 1.0
        return max(round(self.usd * units, 2), 0.01)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to use a model. `sends` are the fields that select it, and their values.

    `timed_by` names the media field whose first file decides the clip's length: when the mode has no duration, or it is 0,
    or `continues`, where the clip is that file and then the ordered seconds. `sound`: whether the clip has sound, or the names
    of the switches that add some. `length_s` and `edge_px` stand in for a field that the mode lacks.
    """

    sends: Mapping[str, str]
    fields: tuple[Field, ...] = ()
    media: tuple[MediaField, ...] = ()
    rules: tuple[Rule, ...] = ()
    prompt: Prompt = Prompt()
    sound: bool | tuple[str, ...] = True
    length_s: float = 0.0
    edge_px: int = DEFAULT_EDGE_PX
    timed_by: str = ""
    continues: bool = False
    price: Price | None = None

    @property
    def name(self) -> str:
        """Return the mode's name for messages."""
        return " ".join(self.sends.values())

    @property
    def names(self) -> frozenset[str]:
        """Names of all fields allowed in `input`."""
        own = {*(one.name for one in self.fields), *(one.name for one in self.media)}
        return frozenset({"prompt", *self.sends, *own})


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from acceptance to result: a range, and what each second of the clip adds."""

    shortest: float = 40.0
    longest: float = 100.0
    each_s: float = 6.0

    def of(self, length_s: float) -> tuple[float, float]:
        """Return the shortest and longest time for a clip."""
        more = self.each_s * length_s
        return self.shortest + more, self.longest + more


@dataclass(frozen=True, slots=True)
class Model:
    """Slugs are case-sensitive. `page` is the name of its page where that is not the slug in lower case.

    Without `routes` it takes no `provider`; the first one is the default. `selects` are defaults for the modes' selectors.
    """

    slug: str
    title: str
    modes: tuple[Mode, ...]
    price: Price
    routes: tuple[str, ...] = ()
    selects: Mapping[str, str] = dataclass_field(default_factory=dict[str, str])
    times: Times = Times()
    requests_per_minute: int = 10_000
    concurrent_tasks: int = 1_000
    page: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Names of all fields of any mode."""
        return frozenset[str]().union(*(mode.names for mode in self.modes))

    def mode(self, sends: Mapping[str, Value]) -> Mode:
        """Return the mode that these values select; raises `StopIteration` when there is none."""
        return next(mode for mode in self.modes if all(sends.get(name) == value for name, value in mode.sends.items()))
