"""The child process that looks into one film: a film can be made to harm whoever opens it, so nobody else does.

The film is standard input, opened by the parent; the answer is one JSON object. The child knows neither a path nor the key.
"""

import base64
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from sora_studio.domain.errors import StudioError
from sora_studio.media.film import draw_frame, draw_poster, inspect_film

MAX_MEMORY_BYTES = 1 << 30
"""Of address space. A film of 3,840 × 2,160 needs half of it."""
MAX_PROCESSOR_S = 20


def main(argv: Sequence[str]) -> int:
    """`poster` and its longest edge, `frame` and its time in seconds, or nothing for the film's facts.

    0 when there is an answer, a refusal too.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not speak for us
    film = os.fdopen(0, "rb", closefd=False)
    _confine()
    answers.write(b"\n")  # tells the parent that whatever happens from here on is the film's doing
    answers.flush()
    try:
        answer = _look(film, argv)
    except StudioError as refusal:
        answer = {"refused": refusal.title, "detail": refusal.detail}
    except Exception as error:
        answer = {"refused": "The film cannot be opened.", "detail": type(error).__name__}
    answers.write(json.dumps(answer).encode())
    answers.close()
    return 0


def _look(film: BinaryIO, argv: Sequence[str]) -> dict[str, object]:
    match argv:
        case ["poster", edge]:
            return {"poster": _text(draw_poster(film, max_edge=int(edge)))}
        case ["frame", time]:
            return {"frame": _text(draw_frame(film, at_s=float(time)))}
        case _:
            return asdict(inspect_film(film))


def _text(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")


def _confine() -> None:
    """No more memory and time than a film takes, and no file written, not even a core.

    Windows has no such limits; there the parent's clock is what ends it.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not everywhere

    limits = {
        resource.RLIMIT_AS: (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES),
        # The lower limit sends SIGXCPU, which the parent can tell from a SIGKILL of the system's.
        resource.RLIMIT_CPU: (MAX_PROCESSOR_S, MAX_PROCESSOR_S + 1),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, bounds in limits.items():
        try:
            resource.setrlimit(limit, bounds)
        except (ValueError, OSError):  # macOS does not take every one of them
            continue
