"""The simulated service's outgoing requests, run in threads: fetching a picture and delivering a callback."""

import io
import json
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from typing import IO, cast

from sora_studio.simulator.order import is_loopback, web_address

MAX_PICTURE_BYTES = 10_000_000
PICTURE_TIMEOUT_S = 20.0
_FORMATS = ("JPEG", "PNG", "WEBP")


class PictureUnusable(Exception):
    """The picture cannot be used; the argument is the failCode."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def fetch_picture(url: str) -> bytes:
    """Return the picture at `url`, after decoding it once; raises `PictureUnusable`."""
    try:
        with _open(urllib.request.Request(url), timeout_s=PICTURE_TIMEOUT_S) as answer:  # noqa: S310 - checked by _open
            content = answer.read(MAX_PICTURE_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise PictureUnusable("INVALID_IMAGE_URL") from error
    if len(content) > MAX_PICTURE_BYTES:
        raise PictureUnusable("IMAGE_TOO_LARGE")
    if not _is_picture(content):
        raise PictureUnusable("UNSUPPORTED_FORMAT")
    return content


def post_callback(url: str, body: object, timeout_s: float) -> bool:
    """POST an envelope as JSON; return whether the receiver answered 200 in time."""
    request = urllib.request.Request(  # noqa: S310 - checked by _open
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with _open(request, timeout_s=timeout_s) as answer:
            answer.read(65_536)
            return cast("int", getattr(answer, "status", 0)) == HTTPStatus.OK
    except (OSError, HTTPException, ValueError):
        return False


def _open(request: urllib.request.Request, *, timeout_s: float) -> IO[bytes]:
    """Open http and https only, and without a proxy for this machine."""
    parts = web_address(request.full_url)
    if parts is None:
        raise ValueError("not a web address")
    proxies = dict[str, str]() if is_loopback(parts.hostname or "") else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies), _WebRedirects())
    return cast("IO[bytes]", opener.open(request, timeout=timeout_s))


class _WebRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Return the standard library's redirect, for http and https only."""
        if web_address(newurl) is None:
            raise urllib.error.URLError("redirected away from the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_picture(content: bytes) -> bool:
    """Return whether the content is a complete JPEG, PNG or WebP."""
    from PIL import Image  # noqa: PLC0415 - keeps the start fast

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            picture.load()
    except Exception:
        return False
    return True
