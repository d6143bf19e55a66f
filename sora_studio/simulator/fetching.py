"""The simulated service's outgoing requests, run in threads: fetching media and delivering callbacks."""

import io
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from typing import IO, cast

from sora_studio.simulator.model import MediaField
from sora_studio.simulator.parameters import is_loopback, web_address

MAX_INPUT_BYTES = 128_000_000
FETCH_TIMEOUT_S = 20.0
_SIDEWAYS = range(5, 9)
"""Values of the orientation tag for pictures that lie on their side."""
_ORIENTATION = 0x0112


class PictureUnusable(Exception):
    """The picture cannot be used; the argument is the failCode."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """`shape` is its width and height, upright."""

    content: bytes
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """Length of a video or sound, and a video's width and height."""

    length_s: float
    shape: tuple[int, int] | None = None


def fetch_picture(url: str, limits: MediaField) -> FetchedPicture:
    """Return the picture at `url`, after decoding it once; raises `PictureUnusable`."""
    try:
        content = _fetch(url, limits.max_bytes)
    except (OSError, HTTPException, ValueError) as error:
        raise PictureUnusable("INVALID_IMAGE_URL") from error
    if len(content) > limits.max_bytes:
        raise PictureUnusable("IMAGE_TOO_LARGE")
    shape = _decoded_shape(content, limits.formats)
    if shape is None:
        raise PictureUnusable("UNSUPPORTED_FORMAT")
    return FetchedPicture(content, shape)


def probe_input(url: str) -> InputFacts | None:
    """Return the facts of the video or sound at `url`; None when it cannot be fetched or decoded."""
    try:
        content = _fetch(url, MAX_INPUT_BYTES)
    except (OSError, HTTPException, ValueError):
        return None
    return _probed(content) if len(content) <= MAX_INPUT_BYTES else None


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


def _fetch(url: str, max_bytes: int) -> bytes:
    """Return the content at `url`, up to just above the limit."""
    with _open(urllib.request.Request(url), timeout_s=FETCH_TIMEOUT_S) as answer:  # noqa: S310 - checked by _open
        return answer.read(max_bytes + 1)


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


def _decoded_shape(content: bytes, formats: tuple[str, ...]) -> tuple[int, int] | None:
    """Return the upright width and height of a complete picture in one of the formats; None for anything else."""
    from PIL import Image  # noqa: PLC0415 - keeps the start fast

    try:
        with Image.open(io.BytesIO(content), formats=[name.upper() for name in formats]) as picture:
            picture.load()
            width, height = picture.size
            return (height, width) if picture.getexif().get(_ORIENTATION) in _SIDEWAYS else (width, height)
    except Exception:
        return None


def _probed(content: bytes) -> InputFacts | None:
    import av  # noqa: PLC0415 - keeps the start fast

    try:
        with av.open(io.BytesIO(content), "r") as container:
            length_s = (container.duration or 0) / av.time_base
            video = next(iter(container.streams.video), None)
            shape = (video.width, video.height) if video is not None and video.width and video.height else None
    except Exception:
        return None
    return InputFacts(length_s, shape) if length_s > 0 else None
