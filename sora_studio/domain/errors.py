"""The one tree of errors, from the wire to the window.

StudioError
├── UserError               the user can act on it: `title` says what happened, `advice` what to do next
│   ├── InvalidRequest      found before anything was sent; one `Problem` for each control
│   ├── InvalidSetting      an address or a folder that cannot be used
│   ├── ProfileError        a model profile, vocabulary or file of rules that is refused, with file, line and reason
│   ├── PublicUrlNeeded     a local picture, a gateway that cannot reach this machine, and no picture route chosen
│   ├── PublishingFailed    a bucket, relay or command that cannot make a file reachable
│   │   └── RouteUnusable     the route itself does not work, whatever the file
│   ├── KeyMissing          no key anywhere
│   ├── KeyRejected         HTTP 401
│   ├── OutOfCredit         HTTP 402
│   ├── ModelForbidden      HTTP 403
│   ├── ModelGone           HTTP 404 for a create, or `MODEL_UNAVAILABLE`
│   ├── RequestRefused      HTTP 400 and the other final refusals of a create
│   ├── KeyringUnavailable  the system's key store does not work
│   ├── FileUnusable        a file or folder that the person named and that is not what it should be, or exists already
│   ├── FileNotWritten      a file that the disk or its folder refuses
│   ├── StorageFull         no room on the disk
│   ├── DatabaseUnusable    the database is damaged, or newer than this program
│   └── DataFolderUnusable  the data folder belongs to another user, or cannot be written
├── PassingError            retried by the program; seen only when it lasts
│   ├── RateLimited         HTTP 429
│   ├── ServiceUnavailable  HTTP 5xx
│   ├── Intercepted         a login page, proxy or firewall answered in the service's place; nothing was started
│   ├── ConnectionFailed    provably nothing was sent: no connection, no TLS, no place in the pool
│   └── FolderSilent        a disk that does not answer in time, such as a dead network share; also an `OSError`
├── OutcomeUnknown          a create went out and its answer never came: it may have been charged
│   └── InterceptedCreate   something else answered a create, which may have been forwarded all the same
├── TaskUnknown             HTTP 404 for the status of a task
└── LinkExpired             a result link that no longer serves its film
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class StudioError(Exception):
    """Base class of every failure that the program expects.

    `title` is one sentence about what happened; `advice` says what is safe and what to do next; `detail` keeps the
    service's own words (untrusted plain text, never rendered as markup).
    """

    title = "Something went wrong."
    advice = ""

    def __init__(self, title: str = "", *, advice: str = "", detail: str = "") -> None:
        self.title = title or self.title
        self.advice = advice or self.advice
        self.detail = detail
        super().__init__(self.title)

    @property
    def sentence(self) -> str:
        """What happened and what to do, as one line of plain text."""
        return f"{self.title} {self.advice}".strip()


class UserError(StudioError):
    """The user can act on it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one control: `field` is `prompt`, `images`, `route`, `model`, `takes` or an option's field.

    `source` names the image in question, if it is about one.
    """

    field: str
    message: str
    source: str = ""


class InvalidRequest(UserError):
    """Found before anything was sent; nothing was charged."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(dict.fromkeys(problem.message for problem in self.problems)))


class InvalidSetting(UserError):
    """A setting that cannot be used."""


class ProfileError(UserError):
    """A rejected model profile, vocabulary or file of rules. `line` counts from 1; 0 when the file as a whole is at fault."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        self.source, self.line, self.reason = source, line, reason
        place = f"{source}, line {line}" if line else source
        super().__init__(f"{place}: {reason}", advice="This file is ignored; everything else works.")


class PublicUrlNeeded(UserError):
    """The service downloads pictures, films and sounds itself, so it must be able to reach them."""

    title = "The service can only fetch files from a public address."
    advice = "Choose how files get one in Settings, or put the file online and paste its https address."


class PublishingFailed(UserError):
    title = "The file could not be published."
    advice = "Check Settings, Pictures. Nothing was charged."


class RouteUnusable(PublishingFailed):
    """The route itself does not work, whatever the file: its tasks wait until its settings are fixed.

    `nothing_left`: this was known before the first byte of a file was sent, or the other side has kept none.
    """

    def __init__(self, title: str = "", *, advice: str = "", detail: str = "", nothing_left: bool = False) -> None:
        self.nothing_left = nothing_left
        super().__init__(title, advice=advice, detail=detail)


class RequestRepeated(UserError):
    """An equal request became the task `task` a moment ago. Nothing was created; the user must confirm a repeat.

    `model` is the title of its model, if there are several.
    """

    advice = "Nothing was sent now."

    def __init__(self, *, seconds_ago: float, task: int, model: str = "", advice: str = "") -> None:
        self.seconds_ago, self.task = seconds_ago, task
        whom = f" to {model}" if model else ""
        super().__init__(f"You sent exactly this{whom} {max(1, round(seconds_ago))} s ago.", advice=advice)


class BatchQuestion(UserError):
    """Several paid tasks would be created, and the user must confirm that. Nothing was created."""

    advice = "Nothing was created."

    def __init__(self, tasks: int, summary: str, reasons: str) -> None:
        self.tasks = tasks
        super().__init__(f"{summary} {reasons}".strip())


class BatchBlocked(UserError):
    """Several tasks together would certainly pass the user's own limit. Nothing was created."""

    def __init__(self, summary: str, reasons: str) -> None:
        advice = "Nothing was created. Make fewer, or raise the limit in Settings, Spending."
        super().__init__(f"{summary} {reasons}".strip(), advice=advice)


class KeyMissing(UserError):
    title = "No API key yet."
    advice = "Enter one in Settings, or set SORA_STUDIO_API_KEY."


class KeyRejected(UserError):
    title = "The service does not accept this API key."
    advice = "Your tasks are safe and go on once a valid key is set."


class OutOfCredit(UserError):
    title = "The account has no credit left."
    advice = "Add credit to send more; running tasks are still followed and saved."


class ModelForbidden(UserError):
    title = "This key may not use this model."
    advice = "Choose another model, or ask the service to enable it."


class ModelGone(UserError):
    title = "The service no longer offers this model."
    advice = "Nothing was charged. Open the draft with another model."


class RequestRefused(UserError):
    title = "The service refused the request."
    advice = "Nothing was charged. Change what it names and try again."


class KeyringUnavailable(UserError):
    title = "This system's key store cannot be used."
    advice = "The key is kept for this session only and is never written to a file."


class StorageFull(UserError):
    title = "The disk is full."
    advice = "Free some space; the work goes on by itself and nothing is lost."


class FileUnusable(UserError):
    """A file to read that is damaged or of another kind, or one to write whose name is taken. Nothing was changed."""


class FileNotWritten(UserError):
    """A file that cannot be written where it should be."""


class DatabaseUnusable(UserError):
    """Carries the path so that the message can name the file."""

    def __init__(self, path: Path, reason: str, advice: str = "") -> None:
        self.path = path
        super().__init__(f"{path.name} cannot be opened: {reason}", advice=advice)


class DataFolderUnusable(UserError):
    """The folder with the database, the settings and the logs cannot be used by this user."""

    def __init__(self, folder: Path, reason: str) -> None:
        advice = "Give this user the right to write there, or name another folder in SORA_STUDIO_DATA_DIR."
        super().__init__(f"The data folder {folder} cannot be used: {reason}.", advice=advice)


class PassingError(StudioError):
    """Goes away by itself; `retry_after_s` is the wait that the other side asked for, if it did."""

    def __init__(self, title: str = "", *, detail: str = "", retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(title, detail=detail)


class RateLimited(PassingError):
    title = "The service asks us to wait."


class ServiceUnavailable(PassingError):
    title = "The service has a temporary problem."


class Intercepted(PassingError):
    """Of a create only where the answer proves that it was not forwarded; see `InterceptedCreate`."""

    title = "Something between you and the service answered in its place."
    advice = "Sign in to this network, or check your proxy or firewall."


class ConnectionFailed(PassingError):
    title = "The service cannot be reached."


class FolderSilent(PassingError, TimeoutError):
    """Also an `OSError`, because callers expect one from a folder that cannot be used. Every title ends with `ENDING`."""

    ENDING = "does not answer. Is its network share or drive connected?"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} {self.ENDING}")
        self.errno, self.strerror, self.filename = errno.ETIMEDOUT, "it does not answer", str(folder)

    def __str__(self) -> str:
        return self.title


class OutcomeUnknown(StudioError):
    title = "The request went out, but no clear answer came back."
    advice = "It may have started and been charged. It is not sent again until you decide."


class InterceptedCreate(OutcomeUnknown):
    title = "Something between you and the service answered the request in its place."


class TaskUnknown(StudioError):
    title = "The service does not know this task."


class LinkExpired(StudioError):
    title = "The link to the film no longer works."
