"""What the layers exchange: values, and a protocol where there are two real implementations."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypedDict

from sora_studio.domain.clip import ClipCounts, FilmFacts
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.judgement import Verdict
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskSection, TaskState

# --- the service ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """The service's answer about one task. An unknown state is read as `processing`: only known words end a task."""

    state: TaskState
    """One of pending, processing, success, failed."""
    result_urls: tuple[str, ...] = ()
    fail_code: str | None = None
    fail_message: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    unknown_state: str = ""
    """The service's own word for an unknown state; empty otherwise."""


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """Bytes on disk so far; `total_bytes` is None while the size is unknown."""

    received_bytes: int
    total_bytes: int | None
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """An object store's answer to a signed upload: HTTP status, `ETag` (empty without one), and the beginning of the body."""

    status: int
    etag: str
    body: str


SendFile = Callable[[str, PreparedFile], Awaitable[StoreAnswer]]
"""Uploads a file to a signed address. Raises like `PictureHost.publish`, except for a store's refusal, which it returns."""


class PictureHost(Protocol):
    """One way to publish a picture, film or sound: a bucket, a relay or a command.

    A `PreparedFile` is read while it is sent, so its size costs no memory.
    """

    @property
    def place(self) -> str:
        """Identifies the bucket, relay or command: a publication can be found and withdrawn at the same place only."""
        ...

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:
        """Upload the file and return its address, valid for `lifetime_s`. `handle` (random, with a suffix) names it there.

        Raises `RouteUnusable` for what only the user can change, `PublishingFailed` for what may be this file's fault, and
        a `PassingError` for temporary trouble: `ConnectionFailed` only when no byte of the file was sent. However slow the
        line, an upload goes on while it makes progress.
        """
        ...

    async def withdraw(self, handle: str) -> None:
        """Delete the file; succeeds if it is already gone. Raises like `publish`. Does nothing for a command."""
        ...

    async def check(self) -> str:
        """Test that a picture can be published, fetched and withdrawn. Raises like `publish`.

        Return the test picture's address, which still works where pictures cannot be withdrawn.
        """
        ...


# --- the relay -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback to a task's secret address. It is not signed, so it only triggers a status query.

    `task_id` is the id in the callback, if it has one. `cursor` is its position in the relay's order.
    """

    secret: str
    task_id: str | None
    cursor: int


@dataclass(frozen=True, slots=True)
class RelayGreeting:
    """A relay's first message: its public address, and the epoch of its store (cursors count within one)."""

    public_url: str
    epoch: str
    film_bytes: int = 0
    """The largest film or sound that it takes; 0 for an older relay, which takes pictures only."""
    free_bytes: int = field(default=0, compare=False)
    """How much more it can store now."""


# --- storage -------------------------------------------------------------------------------------------------------


class TaskFacts(TypedDict, total=False):
    """Columns that can be written to a task beside its state."""

    task_id: str
    sent_at: datetime
    accepted_at: datetime
    next_poll_at: datetime | None
    completed_at: datetime
    polls: int
    misses: int
    fail_code: str | None
    fail_message: str | None
    trouble: str | None
    seen_at: datetime
    removed_at: datetime | None
    trashed_at: datetime | None
    held_at: datetime | None
    rank: float | None
    project: int | None
    note: str | None
    callback_secret: str | None
    balance_before_usd: float | None
    balance_after_usd: float | None
    measured_usd: float | None


class ClipFacts(TypedDict, total=False):
    """Columns that can be written to a clip beside its state."""

    url: str
    expires_at: datetime
    path: Path | None
    poster: Path | None
    size_bytes: int | None
    film: FilmFacts | None
    trouble: str | None
    stars: int
    verdict: Verdict | None
    note: str | None
    trashed_at: datetime | None
    filmstrip: Path | None
    poster_at_s: float | None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks to list: by state and by gateway. Removed ones only on request."""

    states: frozenset[TaskState] = frozenset()
    gateway: str | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class TaskSurvey:
    """The live list at one moment: `index` as `SqliteTasks.index` orders it, and how many clips there are.

    `ranks` are those of waiting tasks that were moved; the others have their id as rank.
    """

    revision: int
    index: Sequence[tuple[TaskSection, int]]
    clips: ClipCounts
    ranks: Mapping[int, float] = field(default_factory=dict[int, float])


@dataclass(frozen=True, slots=True)
class TaskChanges:
    """What became of the tasks that changed since an earlier revision, and how many clips there are at that same moment."""

    revision: int
    ids: Sequence[int]
    tasks: Sequence[Task]
    clips: ClipCounts


@dataclass(frozen=True, slots=True)
class PastTasks:
    """Measured prices and times of successful tasks with equal requests, by task.

    `request` has only what decides them: no prompt, and media only if it is from before modes were kept.
    """

    request: GenerationRequest
    prices_usd: Mapping[int, float]
    times_s: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """All tasks at one moment: their number by model and state, the newest id, and the ids of those that are not over.

    `past` are recent successful tasks of one gateway.
    """

    counts: Mapping[tuple[str, TaskState], int]
    newest: int
    unfinished: frozenset[int]
    past: Sequence[PastTasks]


class KeyOrigin(StrEnum):
    """Where the key comes from."""

    NONE = "none"
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """`notice` is a sentence for the user, such as about a key store that does not work; empty when all is well."""

    origin: KeyOrigin
    notice: str = ""


class KeyStore(Protocol):
    """The API key: environment, then keyring, then this session. Slow calls run in a thread with a time-out."""

    async def load(self) -> KeyStatus:
        """Look up the key once; later `key` returns it at once."""
        ...

    @property
    def key(self) -> str | None: ...

    async def save(self, key: str) -> KeyStatus:
        """Save to the keyring and read back to verify; otherwise keep the key for this session and say so in the notice."""
        ...

    async def clear(self) -> KeyStatus: ...
