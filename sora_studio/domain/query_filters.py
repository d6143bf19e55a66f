"""What a search can ask for: words, and typed filters such as `stars:>=3`, as values.

`str` of a value is what is typed into the search box for it; `words` is how its chip reads. Values are made by `parse` in
`sora_studio.domain.query`.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from sora_studio.domain.query_ranges import Dated, Figure
from sora_studio.domain.search_words import fold, has_word


class Quote(Enum):
    """How a text was typed: bare, in quotation marks, or with the closing mark still missing."""

    NONE = 0
    OPEN = 1
    CLOSED = 2


@dataclass(frozen=True, slots=True)
class Words:
    """A word or a phrase. A phrase in closed quotation marks ends where a word ends; any other is a prefix."""

    text: str
    quote: Quote = Quote.NONE

    def __str__(self) -> str:
        return quoted(self.text, self.quote)

    @property
    def words(self) -> str:
        """The text itself."""
        return str(self)

    @property
    def folded(self) -> str:
        """The text as compared; empty if nothing of it is visible, and then it asks for nothing."""
        return fold(self.text)

    @property
    def is_whole(self) -> bool:
        """Whether the last word has to be complete."""
        return self.quote is Quote.CLOSED


class Is(StrEnum):
    """A state to ask for. `trashed` and `hidden` include what the search otherwise leaves out."""

    STALE = "stale"
    SEEN = "seen"
    UNSEEN = "unseen"
    KEPT = "kept"
    REJECTED = "rejected"
    FAILED = "failed"
    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    EXPIRING = "expiring"
    MISSING = "missing"
    HIDDEN = "hidden"
    TRASHED = "trashed"
    CONTINUED = "continued"


@dataclass(frozen=True, slots=True)
class State:
    """`is:stale` and its like; the verdicts are also typed as `kept` and `rejected`."""

    state: Is

    def __str__(self) -> str:
        return self.state if self.state in {Is.KEPT, Is.REJECTED} else f"is:{self.state}"

    @property
    def words(self) -> str:
        """The state's name."""
        return _STATE_WORDS.get(self.state, self.state)


_STATE_WORDS = {Is.MISSING: "file missing", Is.TRASHED: "in the trash", Is.EXPIRING: "expiring soon"}


class Having(StrEnum):
    """Something that a task can have."""

    NOTE = "note"
    TAG = "tag"
    FILE = "file"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Has:
    """`has:note` and its like."""

    what: Having

    def __str__(self) -> str:
        return f"has:{self.what}"

    @property
    def words(self) -> str:
        """For example `has a note`."""
        return f"has a {self.what}"


class Shape(StrEnum):
    """Orientation of a clip's picture."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Shaped:
    """`shape:portrait` and its like."""

    shape: Shape

    def __str__(self) -> str:
        return f"shape:{self.shape}"

    @property
    def words(self) -> str:
        """The shape's name."""
        return self.shape


class Name(StrEnum):
    """A text of a task that can be asked for by itself."""

    MODEL = "model"
    MODE = "mode"
    PROJECT = "project"
    TAG = "tag"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Named:
    """`model:`, `mode:`, `project:`, `tag:` or `fail:` with a text.

    A text in closed quotation marks is the whole name; any other is the beginning of one of its words, in any case. `fail:`
    alone has no text and means any failure; a bare `project:none` means no project.
    """

    name: Name
    text: str
    quote: Quote = Quote.NONE

    def __str__(self) -> str:
        return f"{self.name}:{quoted(self.text, self.quote)}"

    @property
    def words(self) -> str:
        """For example `project Night market`."""
        if self.is_any_failure:
            return "failed"
        if self.is_no_project:
            return "no project"
        return f"{'failed with' if self.name is Name.FAIL else self.name} {self.text}"

    @property
    def is_any_failure(self) -> bool:
        """Whether every failure is meant."""
        return self.name is Name.FAIL and not self.text

    @property
    def is_no_project(self) -> bool:
        """Whether tasks without a project are meant."""
        return self.name is Name.PROJECT and self.quote is Quote.NONE and self.text == "none"

    def fits(self, name: str) -> bool:
        """Return whether a name is meant."""
        folded, asked = fold(name), fold(self.text)
        # Words of a failure stand in a longer text, of which nobody types the whole.
        whole = self.quote is Quote.CLOSED
        return folded == asked if whole and self.name is not Name.FAIL else has_word(folded, asked, whole=whole)


@dataclass(frozen=True, slots=True)
class Identity:
    """`id:12`, `#12`, or `id:` with the beginning of a service id."""

    text: str

    def __str__(self) -> str:
        return f"id:{self.text}"

    @property
    def words(self) -> str:
        """For example `task 12`."""
        return f"task {self.text}"

    @property
    def number(self) -> int | None:
        """The task's number; None if it is no number."""
        return number_in(self.text)

    def fits(self, number: int, service_id: str | None) -> bool:
        """Return whether a task is meant. Digits are a number or a whole service id, anything else a service id's beginning."""
        if self.number is not None:
            return number == self.number or service_id == self.text
        return service_id is not None and service_id.startswith(self.text)


class Place(StrEnum):
    """What a search leaves out unless told."""

    TRASH = "trash"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Widened:
    """`in:trash` or `in:hidden`: include what is there as well."""

    place: Place

    def __str__(self) -> str:
        return f"in:{self.place}"

    @property
    def words(self) -> str:
        """For example `with trash`."""
        return f"with {self.place}"


class Sort(StrEnum):
    """Order of the results."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STARS = "stars"
    COST = "cost"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Sorted:
    """`sort:stars` and its like."""

    by: Sort

    def __str__(self) -> str:
        return f"sort:{self.by}"

    @property
    def words(self) -> str:
        """For example `sorted by stars`."""
        return f"{self.by} first" if self.by in {Sort.NEWEST, Sort.OLDEST} else f"sorted by {self.by}"


Filter = Figure | Dated | State | Has | Shaped | Named | Identity
Condition = Words | Filter


def quoted(text: str, quote: Quote = Quote.CLOSED) -> str:
    """Return a text as typed; in quotation marks, one that belongs to it is doubled."""
    if quote is Quote.NONE:
        return text
    return f'"{text.replace(chr(34), chr(34) * 2)}{chr(34) if quote is Quote.CLOSED else ""}'


def number_in(text: str) -> int | None:
    """Return the number that a text of ASCII digits is; None for any other text and for one beyond SQLite's integers."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
