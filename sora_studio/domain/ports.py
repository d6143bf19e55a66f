"""What the services need from the outer floors, as they see it. Storage, gateway and media fit these; tests bring doubles."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

from sora_studio.domain.clip import Clip, ClipCounts, ClipFile, ClipState, FilmFacts
from sora_studio.domain.draft import Draft
from sora_studio.domain.picture import PictureEdit, PictureRoute, PreparedPicture, Publication, Thumbnail, WebPicture
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.domain.task import Task, TaskSection, TaskState


class Clock(Protocol):
    """Wall time for what is kept and shown, monotonic time for what is measured, elapsed time for what is planned."""

    def now(self) -> datetime:
        """Aware UTC. Somebody may set it, forwards and back."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back. They may stand still while the machine is suspended."""
        ...

    def elapsed(self) -> float:
        """Seconds that never go back and go on while the machine is suspended, whatever the wall clock is set to."""
        ...

    async def sleep(self, seconds: float) -> None:
        """At least so long, awake time."""
        ...


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


class Gateway(Protocol):
    """The remote service. Every call waits for its place in the request budget of its model."""

    async def create(
        self,
        request: GenerationRequest,
        profile: ModelProfile,
        image_urls: Sequence[str],
        *,
        callback_url: str | None = None,
        claim: Callable[[], Awaitable[bool]],
    ) -> str | None:
        """Start a paid task and return its task id. With a `callback_url` the service also reports the task's end there.

        `claim` is awaited once the request has its place in the budget, right before its first byte. When it answers False
        nothing is sent and None is returned; when it raises, nothing is sent and that is raised.

        Raises `ConnectionFailed` and `RateLimited` only when nothing was started; `OutcomeUnknown` when it may have been;
        `KeyMissing`, `KeyRejected`, `OutOfCredit`, `ModelForbidden` and `RequestRefused` when the service said no.
        """
        ...

    async def status(self, profile: ModelProfile, task_id: str, *, urgent: bool = False) -> RemoteStatus:
        """Ask for a task; `urgent` goes first. Raises `TaskUnknown`, a `PassingError`, or a `UserError` about the key."""
        ...

    async def balance(self) -> float:
        """The key's balance in US dollars. Raises like `status`."""
        ...


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """Bytes on disk so far; `total_bytes` is None while the origin has not said."""

    received_bytes: int
    total_bytes: int | None
    bytes_per_s: float


class PictureChecker(Protocol):
    """Looks at a picture's web address as the service will, before anything is paid for."""

    async def look(self, url: str, *, max_bytes: int) -> WebPicture:
        """What stands there. Raises `InvalidRequest` with a sentence when no picture does (another answer than 200, another
        type, more than `max_bytes`, an address that only this machine reaches), `PassingError` when nobody could look now.
        """
        ...


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


class PublicationStore(Protocol):
    """The pictures that were made reachable. Every method is one transaction; what has returned is on disk."""

    async def begin(
        self,
        picture: PreparedPicture,
        *,
        route: PictureRoute,
        place: str,
        handle: str,
        name: str,
        task: int,
        at: datetime,
        expires_at: datetime,
    ) -> Publication:
        """One whose first byte has not left: without an address, for a first task.

        A picture whose way to the same place was cut off `TAKEN_UP_AFTER` ago is taken up again, under its old handle and for
        one more task, so that a host that is away for a night leaves few rows behind. Not so by a command, which could refuse
        a name twice.
        """
        ...

    async def complete(self, publication: int, url: str) -> None:
        """It is reachable there."""
        ...

    async def forget(self, publication: int) -> None:
        """Nothing of it left, so it never was one."""
        ...

    async def join(self, publication: int, task: int) -> None:
        """One more task uses it."""
        ...

    async def live(self, fingerprint: str, *, place: str, until: datetime) -> Publication | None:
        """One whose address ends at `until` or later, and that nobody has tried to take back; the one that lasts longest."""
        ...

    async def get(self, publication: int) -> Publication | None:
        """The one of that id, withdrawn or not."""
        ...

    async def standing(self) -> list[Publication]:
        """All that were not withdrawn, newest first, those without an address too."""
        ...

    async def at(self, urls: Collection[str]) -> list[Publication]:
        """Those with one of these addresses that nobody has tried to take back, newest first."""
        ...

    async def idle(self, *, now: datetime) -> list[Publication]:
        """Standing ones that no task needs any more: all of theirs are over, or their address has ended."""
        ...

    async def withdraw(self, publication: int, *, at: datetime) -> None:
        """It is reachable no more."""
        ...

    async def complain(self, publication: int, trouble: str) -> None:
        """It is being withdrawn, or could not be, and why: from now on no other task gets its address."""
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


class Relay(Protocol):
    """Lends pictures (see `PictureHost`) and receives reports, on this machine or on a host of the person's."""

    def knows(self, secret: str) -> bool:
        """Whether a task's secret was made for this relay, which takes no other's reports."""
        ...

    def new_secret(self) -> str:
        """A task's secret, which the relay knows as one of ours without having been told."""
        ...

    def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        """The greeting, then what is kept beyond cursor `after` (of that epoch; all of it for another), then what comes.

        None now and then shows that the line is alive. Raises `PublishingFailed` when the relay refuses us, a `PassingError`
        when the line breaks; it never ends by itself.
        """
        ...

    async def greet(self) -> RelayGreeting:
        """Ask the relay who it is, as its owner. Raises like `callbacks`."""
        ...

    async def visit(self, url: str) -> bytes:
        """What a stranger finds at a public address of the relay. Raises with a sentence that says where the way breaks off."""
        ...

    async def report(self, url: str, task_id: str) -> None:
        """Post to a task's callback address what the service would. Raises like `visit`."""
        ...


class Transfer(Protocol):
    """Fetches a film from a result link. Never sends the key."""

    async def fetch(self, url: str, part: Path, on_progress: Callable[[TransferProgress], None]) -> None:
        """Fill `part` with the whole film, going on from what is there when the origin proves that it is the same film.

        Returns when every byte is there and on disk; asked again before `forget`, it returns at once. Raises `LinkExpired` on
        403, 404 and 410, a `PassingError` when the connection was lost for good (what arrived is kept), `StorageFull`, or
        `InvalidSetting` for a link that must not be fetched.
        """
        ...

    async def forget(self, part: Path) -> None:
        """The film has its final place, or is none: drop what is noted beside `part`."""
        ...


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


class TaskStore(Protocol):
    """Tasks and their clips. Every method is one transaction; what has returned is on disk."""

    async def add(
        self,
        requests: Sequence[GenerationRequest],
        *,
        gateway: str,
        at: datetime,
        takes: int = 1,
        estimated_usd: float | None = None,
        repeat_after: timedelta | None = None,
        instead_of: int | None = None,
    ) -> list[Task]:
        """New waiting tasks, `takes` of each request, durable before this returns. `estimated_usd` is one task's price.

        The unclear task that they are added `instead_of` leaves the list with it; once it is clear, or gone, nothing is added.
        With `repeat_after`, raises `RequestRepeated` and adds nothing when a request of the same wish became a task of this
        gateway less than so long ago, by whatever process, and that task is neither removed nor cancelled.
        """
        ...

    async def get(self, task: int) -> Task | None: ...

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        """Those that exist, in the order of the ids given."""
        ...

    async def by_secret(self, secret: str) -> Task | None:
        """The task whose report carries this secret, whatever its gateway, removed or not."""
        ...

    async def transition(self, task: int, to: TaskState, **facts: Unpack[TaskFacts]) -> bool:
        """Move a task if the table of transitions allows it from where it stands now; says whether this call did it."""
        ...

    async def record(self, task: int, **facts: Unpack[TaskFacts]) -> bool:
        """Write facts without changing the state; says whether anything differs now."""
        ...

    async def succeed(self, task: int, urls: Sequence[str], *, completed_at: datetime, expires_at: datetime) -> bool:
        """`success` and one remote clip for each link, in one transaction."""
        ...

    async def transition_clip(self, clip: int, to: ClipState, **facts: Unpack[ClipFacts]) -> bool:
        """Like `transition`, by the clip's own table."""
        ...

    async def record_clip(self, clip: int, **facts: Unpack[ClipFacts]) -> bool: ...

    async def recover(self) -> list[int]:
        """After a start as the owner: `sending` becomes `unknown`, `downloading` becomes `remote`. Returns the tasks' ids."""
        ...

    async def unfinished(self, gateway: str) -> list[Task]:
        """Waiting, running and lost tasks of a gateway, removed ones too, in the order of creation."""
        ...

    async def sent_since(self, gateway: str, since: datetime) -> list[Task]:
        """Those that were sent then or later, removed ones too, in the order of sending."""
        ...

    async def unsaved(self, gateway: str) -> list[Clip]:
        """Remote clips, the one that expires first in front."""
        ...

    async def count_clips(self) -> ClipCounts:
        """Of all gateways and tasks, except what is expired or missing on a removed task: nobody waits for that."""
        ...

    async def has_task_id(self, task_id: str) -> bool:
        """Whether any task has this id of the service, whatever its gateway, removed or not."""
        ...

    async def clip_files(self, *, limit: int, before: int | None = None) -> list[ClipFile]:
        """Where saved and missing clips have their files, newest first; `before` is the last clip of the page before."""
        ...

    async def find(self, which: TaskFilter, *, limit: int, before: int | None = None) -> list[Task]:
        """Newest first; `before` is the last id of the page before."""
        ...

    async def index(self, which: TaskFilter) -> list[tuple[TaskSection, int]]:
        """Every matching task's place in the live list: by section, newest first (waiting: oldest first)."""
        ...

    async def changed_since(self, revision: int) -> tuple[int, list[int]]:
        """The newest revision, and the ids of what changed after `revision`. Cheap when nothing did."""
        ...


class DraftStore(Protocol):
    """What stands in the editor."""

    async def save(self, draft: Draft, *, at: datetime) -> Draft:
        """As it is kept. A draft with the id 0 is new and gets one; any other takes the place of what its id held."""
        ...

    async def latest(self) -> Draft | None:
        """The one that was saved last."""
        ...


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


# --- media ---------------------------------------------------------------------------------------------------------


class Media(Protocol):
    """Local pictures and films. Work runs in threads."""

    async def inspect_image(self, path: Path) -> ImageFacts:
        """By content. Raises `InvalidRequest` with a sentence when it is no picture or cannot be read."""
        ...

    async def draw_image(self, path: Path, *, max_edge: int) -> Thumbnail:
        """The picture for the eye, with at most `max_edge` pixels along its longer edge. Raises like `inspect_image`."""
        ...

    async def prepare_image(self, path: Path, edit: PictureEdit, *, formats: Sequence[str], max_bytes: int) -> PreparedPicture:
        """What would be published: upright, cropped, without metadata, in one of `formats`, at most `max_bytes` long.

        Raises `InvalidRequest` when that needs a conversion that the edit does not ask for, and like `inspect_image`.
        """
        ...

    async def save_frame(self, film: Path, at_s: float, folder: Path) -> Path:
        """The frame that is seen at that time, as a PNG in `folder`, named by its content. Raises like `save_poster`."""
        ...

    async def inspect_film(self, path: Path) -> FilmFacts:
        """Open the container and decode a frame. `StudioError` when it is no film, `PassingError` when nobody could look."""
        ...

    async def save_poster(self, film: Path, poster: Path, *, max_edge: int) -> None:
        """The middle frame as a JPEG whose longer edge has at most `max_edge` pixels."""
        ...
