"""The child process that opens films: a crafted film can attack its decoder, so no other process opens it.

It opens one film, which is standard input, or, as `films`, one after the other; then standard input is a socket that brings
them. Films are opened by the parent; an answer is one JSON object. The child knows no path and no key.
"""

import base64
import contextlib
import json
import math
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.recording import UnusableFile
from sora_studio.media.film import draw_frame, draw_poster, draw_thumbnail, inspect_film
from sora_studio.media.filmstrip import draw_filmstrip
from sora_studio.media.recording import inspect_recording
from sora_studio.media.waveform import draw_waveform

MAX_MEMORY_BYTES = 1 << 30
"""Limit of address space. A film of 3,840 × 2,160 needs half of it."""
MAX_PROCESSOR_S = 20
"""For each film."""
FILMS = "films"
"""The argument that makes the process wait for films on a socket."""
IDLE_S = 60.0
"""After this time without a film the process ends: it holds 60 MB."""
_MAX_REQUEST_BYTES = 1024


def main(argv: Sequence[str]) -> int:
    """Answer one question about the film or sound; without arguments, the film's facts.

    `poster` is followed by the longest edge and, for another frame than the middle one, its time in seconds, `thumbnail` by the
    longest edge, `frame` by its time in seconds, `recording` by the medium's kind, `waveform` by the number of its parts.

    Return 0 when there is an answer, even a rejection.
    """
    if tuple(argv) == (FILMS,):
        return _serve()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keep a library's prints out of the answer
    film = os.fdopen(0, "rb", closefd=False)
    _confine()
    _allow_processor_time(is_last=True)
    answers.write(b"\n")  # tells the parent that from here on any failure is the film's fault
    answers.flush()
    answers.write(_answer(film, argv))
    answers.close()
    return 0


def _serve() -> int:
    """Answer one request after the other until the parent closes the socket, or none comes for `IDLE_S`.

    A request is a JSON list of arguments with the open film beside it; an answer is an empty line, once the film is about to be
    read, and a line of JSON.
    """
    _confine()
    with socket.socket(fileno=os.dup(0)) as parent:
        parent.settimeout(IDLE_S)
        while True:
            try:
                request, films, _, _ = socket.recv_fds(parent, _MAX_REQUEST_BYTES, 1)
            except (TimeoutError, ConnectionError):
                return 0
            if not request or not films:
                return 0
            with os.fdopen(films[0], "rb") as film:
                _allow_processor_time(is_last=False)
                parent.sendall(b"\n")
                answer = _answer(film, [str(argument) for argument in json.loads(request)])
            parent.settimeout(None)  # the parent reads a large answer in its own time
            parent.sendall(answer + b"\n")
            parent.settimeout(IDLE_S)


def _answer(film: BinaryIO, argv: Sequence[str]) -> bytes:
    """Return the answer as a line of JSON."""
    try:
        answer = _look(film, argv)
    except UnusableFile as unusable:
        answer = {"unusable": unusable.title, "detail": unusable.detail}
    except StudioError as refusal:
        answer = {"refused": refusal.title, "detail": refusal.detail}
    except Exception as error:
        answer = {"refused": "The film cannot be opened.", "detail": type(error).__name__}
    return json.dumps(answer).encode()


def _look(film: BinaryIO, argv: Sequence[str]) -> dict[str, object]:
    match argv:
        case ["recording", kind]:
            return asdict(inspect_recording(film, MediaKind(kind)))
        case ["waveform", buckets]:
            return {"peaks": draw_waveform(film, buckets=int(buckets))}
        case ["thumbnail", edge]:
            drawn = draw_thumbnail(film, max_edge=int(edge))
            return {"thumbnail": _text(drawn.rgba), "width": drawn.width, "height": drawn.height}
        case [what, *how]:
            return {what: _text(_picture(film, what, how))}
        case _:
            return asdict(inspect_film(film))


def _picture(film: BinaryIO, what: str, how: Sequence[str]) -> bytes:
    match what, how:
        case "poster", [edge]:
            return draw_poster(film, max_edge=int(edge))
        case "poster", [edge, time]:
            return draw_poster(film, max_edge=int(edge), at_s=float(time))
        case "filmstrip", []:
            return draw_filmstrip(film)
        case "frame", [time]:
            return draw_frame(film, at_s=float(time))
        case _:
            raise StudioError("The film was asked for something unknown.")


def _text(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")


def _confine() -> None:
    """Limit memory to what a film needs, and forbid writing files, even a core dump.

    Windows has no such limits; there only the parent's timeout applies.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - missing on Windows

    _limit(resource.RLIMIT_AS, MAX_MEMORY_BYTES, MAX_MEMORY_BYTES)
    _limit(resource.RLIMIT_FSIZE, 0, 0)
    _limit(resource.RLIMIT_CORE, 0, 0)


def _allow_processor_time(*, is_last: bool) -> None:
    """Allow `MAX_PROCESSOR_S` from now on. For the last film it is a hard limit, too."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - missing on Windows

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft_s = math.ceil(used.ru_utime + used.ru_stime) + MAX_PROCESSOR_S
    # The soft limit sends SIGXCPU, which the parent can tell from a SIGKILL by the system.
    _limit(resource.RLIMIT_CPU, soft_s, (soft_s + 1) if is_last else resource.getrlimit(resource.RLIMIT_CPU)[1])


def _limit(limit: int, soft: int, hard: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - missing on Windows

    with contextlib.suppress(ValueError, OSError):  # macOS rejects some of them
        resource.setrlimit(limit, (soft, hard))
