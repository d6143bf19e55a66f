"""What the floors hand to one another: values, and a protocol where there are two real implementations."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypedDict

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.task import TaskState

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
    """The service's own word for a state that the program does not know; empty otherwise."""


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """Bytes on disk so far; `total_bytes` is None while the origin has not said."""

    received_bytes: int
    total_bytes: int | None
    bytes_per_s: float


class PictureHost(Protocol):
    """One way to make a picture reachable: a bucket, a relay or a command."""

    @property
    def place(self) -> str:
        """What names the bucket, relay or command among all: what has the same place can be found and withdrawn there."""
        ...

    async def publish(self, picture: PreparedPicture, handle: str, *, lifetime_s: float) -> str:
        """The picture's address, valid for so long. `handle` (random, with the type's suffix) is its name there.

        Raises `RouteUnusable` for what only the person can change, `PublishingFailed` for what may be this picture's fault, and
        a `PassingError` for what goes away: `ConnectionFailed` only when nothing of the picture has left.
        """
        ...

    async def withdraw(self, handle: str) -> None:
        """Take it back; fine when it is not there any more. Raises like `publish`. A command cannot, and does nothing."""
        ...

    async def check(self) -> str:
        """Prove that a picture could be published, seen and withdrawn. Raises like `publish`.

        Gives the address of the test picture, which stands there still where it cannot be withdrawn.
        """
        ...


# --- the relay -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Callback:
    """A report that came to a task's secret address. Nothing of it is signed: it is a hint to ask for the status.

    `task_id` is the id that it names, if it names one. `cursor` is its place in the relay's order.
    """

    secret: str
    task_id: str | None
    cursor: int


@dataclass(frozen=True, slots=True)
class RelayGreeting:
    """What a relay says first: where the public reaches it, and which life of its store this is (cursors count within one)."""

    public_url: str
    epoch: str


# --- storage -------------------------------------------------------------------------------------------------------


class TaskFacts(TypedDict, total=False):
    """What can be written to a task beside its state."""

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
    callback_secret: str | None
    balance_before_usd: float | None
    balance_after_usd: float | None
    measured_usd: float | None


class ClipFacts(TypedDict, total=False):
    """What can be written to a clip beside its state."""

    url: str
    expires_at: datetime
    path: Path | None
    poster: Path | None
    size_bytes: int | None
    film: FilmFacts | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are meant: by state, by words of the prompt or an id, by gateway. Removed ones too only when asked for."""

    states: frozenset[TaskState] = frozenset()
    search: str = ""
    gateway: str | None = None
    removed: bool = False


class KeyOrigin(StrEnum):
    """Where the key comes from."""

    NONE = "none"
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """`notice` tells plainly what a person should know, such as a key store that does not work; empty when all is well."""

    origin: KeyOrigin
    notice: str = ""


class KeyStore(Protocol):
    """The API key: environment, then keyring, then this session. Slow calls run in a thread with a time-out."""

    async def load(self) -> KeyStatus:
        """Look once where the key is; later `key` answers at once."""
        ...

    @property
    def key(self) -> str | None: ...

    async def save(self, key: str) -> KeyStatus:
        """To the keyring, read back to prove it; else for this session only, and the notice says so."""
        ...

    async def clear(self) -> KeyStatus: ...
