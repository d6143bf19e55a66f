"""The only place that maps failures of the service and of film downloads to the program's errors.

For a create, one question counts: can it have started? Only proof that it did not is reported as retryable or refused.
A refusal counts only in the service's own envelope: a login page, proxy or firewall may answer with the same HTTP status.
"""

import re
from datetime import datetime

import httpx

from sora_studio.domain import failures
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import (
    ConnectionFailed,
    Intercepted,
    InterceptedCreate,
    KeyRejected,
    LinkExpired,
    ModelForbidden,
    ModelGone,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    RequestRefused,
    ServiceUnavailable,
    StorageFull,
    StudioError,
    TaskUnknown,
)
from sora_studio.gateway.answers import Answer, retry_after_s
from sora_studio.gateway.proxied_transport import ProxyFailed
from sora_studio.gateway.wire import task_id_of

_REFUSALS: dict[int, type[StudioError]] = {
    400: RequestRefused,
    401: KeyRejected,
    402: OutOfCredit,
    403: ModelForbidden,
    404: ModelGone,
    413: RequestRefused,
    422: RequestRefused,
}
"""Refusals, which prove that nothing was started. 429 is one too, but is handled separately for its `Retry-After`."""

_NOT_FORWARDED = frozenset({407, 511})
"""HTTP's statuses for "sign in to the proxy" and "to the network": the request was not forwarded."""

_NO_SUCH_MODEL = frozenset({400, 403, 404, 422})
"""Refusals that `MODEL_UNAVAILABLE` explains more exactly than their number does."""
_NO_SUCH_TASK = frozenset({400, 404, 410, 422})
_NO_SUCH_FILM = frozenset({403, 404, 410})

_ENDED_EARLY = re.compile("closed|disconnected|cut")
"""Matches the messages of h11 and httpcore for a connection that ended in the middle of an answer."""

NEVER_SENT = (httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError)
"""Raised before the first byte of a request: no free connection, no connect, no TLS, or no proxy."""

NETWORK_TROUBLE = (httpx.HTTPError, OSError)
"""Expected errors of a request; any other is a bug in the program."""


def create_refusal(answer: Answer) -> StudioError:
    """Return the error for a create that got this answer. If it contradicts itself or names a task, the outcome is unknown."""
    if task_id_of(answer.data) is not None or answer.breaks_off:
        return OutcomeUnknown(detail=answer.detail)
    if not answer.is_envelope:
        return _intercepted_create(answer)
    if not answer.verdicts <= {*_REFUSALS, 429}:
        return OutcomeUnknown(detail=answer.detail)
    if (named := _named_refusal(answer)) is not None:
        return named
    return _refusal(answer) if answer.verdicts else OutcomeUnknown(detail=answer.detail)


def create_breakdown(error: Exception) -> StudioError:
    """Return the error for a create without a complete answer. Unless nothing was sent for certain, the outcome is unknown."""
    return _connection_failed(error) if isinstance(error, NEVER_SENT) else OutcomeUnknown(detail=_kind(error))


def status_refusal(answer: Answer) -> StudioError:
    """Return the error for a failed status request. Only the service's own envelope can refuse a key or not know a task."""
    if not answer.is_envelope and not answer.breaks_off and 429 not in answer.verdicts:
        return Intercepted(detail=answer.intruder, retry_after_s=answer.retry_after_s)
    if _says_no_credit(answer):
        return OutOfCredit(detail=answer.detail)
    if answer.verdicts & {401, 402, 429}:
        return _refusal(answer)
    # MODEL_UNAVAILABLE is about the model: the accepted task is paid for, and may be found again later.
    if not _says(answer, failures.MODEL_UNAVAILABLE):
        if answer.verdicts and answer.verdicts <= _NO_SUCH_TASK:
            return TaskUnknown(detail=answer.detail)
        if answer.verdicts == frozenset({403}):
            return ModelForbidden(detail=answer.detail)
    return ServiceUnavailable(detail=answer.detail, retry_after_s=answer.retry_after_s)


def balance_refusal(answer: Answer) -> StudioError:
    """Return the error for a failed balance request: like a status, but without an unknown task."""
    error = status_refusal(answer)
    return ServiceUnavailable(detail=answer.detail) if isinstance(error, TaskUnknown) else error


def question_breakdown(error: Exception) -> StudioError:
    """Return the error for a query, which can always be retried, without a complete answer."""
    if not isinstance(error, NETWORK_TROUBLE):
        return StudioError("The program could not ask the service because of a mistake of its own.", detail=_kind(error))
    return _connection_failed(error) if isinstance(error, NEVER_SENT) else ServiceUnavailable(detail=_kind(error))


def film_refusal(status: int, *, retry_after: str | None, now: datetime) -> StudioError:
    """Return the error for an origin's refusal to deliver a film."""
    if status in _NO_SUCH_FILM:
        return LinkExpired(detail=f"HTTP {status}")
    wait_s = None if retry_after is None else retry_after_s(retry_after, now=now)
    if status == 429:
        return RateLimited("The film's server asks us to wait.", detail=f"HTTP {status}", retry_after_s=wait_s)
    return ServiceUnavailable("The film's server has a temporary problem.", detail=f"HTTP {status}", retry_after_s=wait_s)


def film_breakdown(error: Exception) -> StudioError:
    """Return the error for a download whose connection failed."""
    if isinstance(error, ProxyFailed):
        return ConnectionFailed(f"The film's server cannot be reached: {error}.")
    if isinstance(error, NEVER_SENT):
        return ConnectionFailed("The film's server cannot be reached.", detail=_plain(error))
    if isinstance(error, httpx.RemoteProtocolError) and not _ENDED_EARLY.search(str(error)):
        return ConnectionFailed("What the film's server answers is not HTTP that can be read.", detail=_kind(error))
    return ConnectionFailed("The connection to the film's server was lost.", detail=_kind(error))


def page_breakdown(what: str, error: Exception) -> StudioError:
    """Return the error for a public page that could not be read; `what` begins a sentence, as `The list of models`."""
    if isinstance(error, ProxyFailed):
        return ConnectionFailed(f"{what} cannot be reached: {error}.")
    if isinstance(error, NEVER_SENT):
        return ConnectionFailed(f"{what} cannot be reached.", detail=_plain(error))
    if isinstance(error, TimeoutError):
        return ConnectionFailed(f"{what} did not arrive in time.")
    return ConnectionFailed(f"{what} could not be read to its end.", detail=_kind(error))


def disk_breakdown(error: OSError) -> StorageFull | OSError:
    """Return the error for a failed write: `StorageFull`, or else `error` itself."""
    if is_full(error):
        return StorageFull(detail=error.strerror or "")
    return error


def _intercepted_create(answer: Answer) -> StudioError:
    """Return the error for an interceptor's answer: it may have forwarded the request, unless its status rules that out."""
    if answer.verdicts == frozenset({429}):  # by definition nothing was started, whichever server sent it
        return RateLimited(detail=answer.detail, retry_after_s=answer.retry_after_s)
    if answer.status in _NOT_FORWARDED:
        return Intercepted(detail=answer.intruder, retry_after_s=answer.retry_after_s)
    return InterceptedCreate(detail=answer.intruder)


def _named_refusal(answer: Answer) -> StudioError | None:
    """Return the error for a create that the service refuses by name; None if it gives no name."""
    if _says_no_credit(answer):
        return OutOfCredit(detail=answer.detail)
    is_refusal = answer.verdicts <= _NO_SUCH_MODEL and bool(answer.verdicts or answer.word)
    if is_refusal and _says(answer, failures.MODEL_UNAVAILABLE):
        return ModelGone(detail=answer.detail)
    return None


def _refusal(answer: Answer) -> StudioError:
    """Return the error for the refusal, preferring HTTP's status to the envelope's code."""
    if 429 in answer.verdicts:
        return RateLimited(detail=answer.detail, retry_after_s=answer.retry_after_s)
    number = answer.status if answer.status in _REFUSALS else answer.code
    return _REFUSALS.get(number or 0, RequestRefused)(detail=answer.detail)


def _says_no_credit(answer: Answer) -> bool:
    return _says(answer, failures.INSUFFICIENT_CREDITS)


def _says(answer: Answer, code: str) -> bool:
    return code in {answer.word.upper(), answer.words.upper()}


def _connection_failed(error: Exception) -> ConnectionFailed:
    if isinstance(error, ProxyFailed):
        return ConnectionFailed(f"The service cannot be reached: {error}.")
    return ConnectionFailed(detail=_plain(error))


def _plain(error: Exception) -> str:
    """Return the system's message for a failed connect, which contains no URL and no header."""
    return str(error) or _kind(error)


def _kind(error: Exception) -> str:
    """Return only the type's name: messages of some HTTP errors quote headers, and so the key."""
    return type(error).__name__
