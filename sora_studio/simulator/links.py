"""Result links: signed, and valid for a day."""

import hashlib
import hmac
import math
from urllib.parse import urlencode

from sora_studio.simulator.wire import Refusal

LINK_LASTS_S = 24 * 3600.0
FILM_KEPT_S = 15 * 24 * 3600.0

_SECRET = b"nothing here is secret: the signature only has to look and work like one"


def result_url(address: str, task_id: str, index: int, now: float) -> str:
    """Return a new link to a task's film."""
    issued_us = math.ceil(now * 1e6)
    query = urlencode({"issued": issued_us, "signature": _signature(task_id, index, issued_us)})
    return f"{address}/clips/{task_id}/{index}.mp4?{query}"


def check_link(task_id: str, index: int, issued: str, signature: str, *, now: float, valid_from: float = 0.0) -> None:
    """Raise 403 for a link that was not made here, 410 for one that is too old (or older than `valid_from`)."""
    issued_us = int(issued) if issued.isascii() and issued.isdecimal() and len(issued) < 20 else 0
    if not hmac.compare_digest(signature.encode(), _signature(task_id, index, issued_us).encode()):
        raise Refusal(403, "The signature does not match")
    if issued_us / 1e6 < max(now - LINK_LASTS_S, valid_from):
        raise Refusal(410, "The link has expired")


def _signature(task_id: str, index: int, issued_us: int) -> str:
    return hmac.new(_SECRET, f"{task_id}/{index}/{issued_us}".encode(), hashlib.sha256).hexdigest()
