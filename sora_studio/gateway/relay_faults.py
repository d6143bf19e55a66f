"""The only place that maps relay failures to the program's errors: what is broken, and how to fix it."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sora_studio.domain.errors import (
    ConnectionFailed,
    PassingError,
    PublishingFailed,
    RateLimited,
    RouteUnusable,
    ServiceUnavailable,
    StudioError,
)
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import medium_of
from sora_studio.domain.ports import RelayGreeting
from sora_studio.domain.request import megabytes
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE
from sora_studio.gateway.answers import retry_after_s
from sora_studio.gateway.faults import NEVER_SENT
from sora_studio.gateway.relay_wire import is_relay
from sora_studio.gateway.unreachable import why_unreached

_NOTHING_BEHIND = frozenset({502, 503, 504, 521, 522, 523, 530})
"""Statuses of proxies and tunnels that cannot reach their server; those above 520 are Cloudflare's."""
_REFUSALS: dict[int, tuple[str, str]] = {
    400: ("The relay does not accept this {medium}.", "Make sure that the relay has the same version as this program."),
    413: ("The {medium} is too large for the relay.", "Let it be made smaller, or publish it another way."),
    415: ("The relay does not accept this kind of {medium}.", "Let it be converted."),
}
"""Refusals of one file; others may be accepted."""
_PICTURES_ONLY = "The relay accepts JPEG, PNG and WebP pictures only."
_WRONG_TOKEN = (
    "The relay does not accept this token.",
    f"Enter the token that the relay printed at its first start, or set {RELAY_TOKEN_VARIABLE} to it.",
)
_NO_ROOM = "The relay has no room for one more {medium} until tasks end or some are withdrawn."
_NO_ROOM_S = 30.0
"""Retry interval: tasks end now and then, and each attempt costs a whole upload."""


def breakdown(error: Exception, server: str) -> PassingError:
    """Return the error for an incomplete response of `server`. All relay requests can be retried."""
    kind = ConnectionFailed if isinstance(error, NEVER_SENT) else PassingError
    return kind(f"{server} cannot be reached: {why_unreached(error)}.", detail=type(error).__name__)


def refusal(status: int, headers: Mapping[str, str], server: str, *, now: datetime, medium: str) -> StudioError:
    """Return the error for an unsuccessful response of `server`; `medium` is what was sent, as `picture`."""
    detail = f"HTTP {status}"
    if status == 429:
        wait_s = retry_after_s(headers.get("Retry-After", ""), now=now)
        return RateLimited(f"{server} asks us to wait.", detail=detail, retry_after_s=wait_s)
    if is_relay(headers):
        return _own_refusal(status, server, medium)
    if status == 413:
        return PublishingFailed(
            f"A proxy or tunnel in front of the relay refuses a {medium} of this size.",
            advice="Raise its limit for uploads, make the file smaller, or publish it another way.",
            detail=detail,
        )
    if status in _NOTHING_BEHIND:
        return ServiceUnavailable(f"At {server} a proxy or tunnel answers, but nothing behind it ({status}).", detail=detail)
    return _passing(status, server) if status >= 500 else stranger(server, status)


def _own_refusal(status: int, server: str, medium: str) -> StudioError:
    """Return the error for the relay's own refusal."""
    detail = f"HTTP {status}"
    if status == 401:
        title, advice = _WRONG_TOKEN
        return RouteUnusable(title, advice=advice, detail=detail)
    if status in _REFUSALS:
        title, advice = _REFUSALS[status]
        title = _PICTURES_ONLY if (status, medium) == (415, "picture") else title.format(medium=medium)
        return PublishingFailed(title, advice=advice, detail=detail)
    if status == 507:
        return _no_room(medium)
    if status >= 500:
        return _passing(status, server)
    return PublishingFailed(
        f"The relay at {server} has nothing there ({status}).", advice="The link may have ended.", detail=detail
    )


def require_room(file: PreparedFile, greeting: RelayGreeting, server: str) -> None:
    """Check that the relay with this greeting would store the file. Raises like `PictureHost.publish`."""
    medium = medium_of(file.media_type)
    if not greeting.film_bytes:
        raise RouteUnusable(
            f"The relay at {server} is of an older version, which lends pictures only.",
            advice="Update the relay, or publish films and sounds another way.",
            nothing_left=True,
        )
    if file.size_bytes > greeting.film_bytes:
        raise PublishingFailed(
            f"The {medium} has {megabytes(file.size_bytes)}; the relay takes {megabytes(greeting.film_bytes)}.",
            advice="Let it be made smaller, raise the relay's limit, or publish it another way.",
        )
    if file.size_bytes > greeting.free_bytes:
        raise _no_room(medium)


def _no_room(medium: str) -> PassingError:
    return PassingError(_NO_ROOM.format(medium=medium), detail="HTTP 507", retry_after_s=_NO_ROOM_S)


def _passing(status: int, server: str) -> ServiceUnavailable:
    return ServiceUnavailable(f"{server} has a temporary problem ({status}).", detail=f"HTTP {status}")


def stranger(server: str, status: int) -> RouteUnusable:
    """Return the error for a server that is not a relay."""
    says = f"sends us elsewhere ({status})" if 300 <= status < 400 else f"answers ({status})"
    return RouteUnusable(
        f"At {server} another server than the relay {says}.",
        advice="Check the relay's address, and the target of the proxy or tunnel in front of it.",
        detail=f"HTTP {status}",
    )


def shown_origin(url: str) -> str:
    """Return the part of a public address that may be shown: the path is a secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return "the relay's public address"
