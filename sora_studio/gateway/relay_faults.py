"""The only place that maps relay failures to the program's errors: what is broken, and how to fix it."""

from collections.abc import Mapping
from datetime import datetime

from sora_studio.domain.errors import (
    ConnectionFailed,
    PassingError,
    PublishingFailed,
    RateLimited,
    RouteUnusable,
    ServiceUnavailable,
    StudioError,
)
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE
from sora_studio.gateway.answers import retry_after_s
from sora_studio.gateway.faults import NEVER_SENT
from sora_studio.gateway.relay_wire import is_relay
from sora_studio.gateway.unreachable import why_unreached

_NOTHING_BEHIND = frozenset({502, 503, 504, 521, 522, 523, 530})
"""Statuses of proxies and tunnels that cannot reach their server; those above 520 are Cloudflare's."""
_REFUSALS: dict[int, tuple[str, str]] = {
    400: ("The relay does not accept this picture.", "Make sure that the relay has the same version as this program."),
    413: ("The picture is too large for the relay.", "Let it be made smaller, or publish pictures another way."),
    415: ("The relay accepts JPEG, PNG and WebP pictures only.", "Let the picture be converted."),
}
"""Refusals of one picture; others may be accepted."""
_WRONG_TOKEN = (
    "The relay does not accept this token.",
    f"Enter the token that the relay printed at its first start, or set {RELAY_TOKEN_VARIABLE} to it.",
)
_NO_ROOM = "The relay has no room for one more picture until tasks end or some are withdrawn."
_NO_ROOM_S = 30.0
"""Retry interval: tasks end now and then, and each attempt costs a whole upload."""


def breakdown(error: Exception, server: str) -> PassingError:
    """Return the error for an incomplete response of `server`. All relay requests can be retried."""
    kind = ConnectionFailed if isinstance(error, NEVER_SENT) else PassingError
    return kind(f"{server} cannot be reached: {why_unreached(error)}.", detail=type(error).__name__)


def refusal(status: int, headers: Mapping[str, str], server: str, *, now: datetime) -> StudioError:
    """Return the error for an unsuccessful response of `server`."""
    detail = f"HTTP {status}"
    if status == 429:
        wait_s = retry_after_s(headers.get("Retry-After", ""), now=now)
        return RateLimited(f"{server} asks us to wait.", detail=detail, retry_after_s=wait_s)
    if is_relay(headers):
        return _own_refusal(status, server)
    if status in _NOTHING_BEHIND:
        return ServiceUnavailable(f"At {server} a proxy or tunnel answers, but nothing behind it ({status}).", detail=detail)
    return _passing(status, server) if status >= 500 else stranger(server, status)


def _own_refusal(status: int, server: str) -> StudioError:
    """Return the error for the relay's own refusal."""
    detail = f"HTTP {status}"
    if status == 401:
        title, advice = _WRONG_TOKEN
        return RouteUnusable(title, advice=advice, detail=detail)
    if status in _REFUSALS:
        title, advice = _REFUSALS[status]
        return PublishingFailed(title, advice=advice, detail=detail)
    if status == 507:
        return PassingError(_NO_ROOM, detail=detail, retry_after_s=_NO_ROOM_S)
    if status >= 500:
        return _passing(status, server)
    return PublishingFailed(
        f"The relay at {server} has nothing there ({status}).", advice="The link may have ended.", detail=detail
    )


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
