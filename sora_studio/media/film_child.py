"""The child process that opens one film: a crafted film can attack its decoder, so no other process opens it.

The film is standard input, opened by the parent; the answer is one JSON object. The child knows no path and no key.
"""

import base64
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.recording import UnusableFile
from sora_studio.media.film import draw_frame, draw_poster, draw_thumbnail, inspect_film
from sora_studio.media.recording import inspect_recording
from sora_studio.media.waveform import draw_waveform

MAX_MEMORY_BYTES = 1 << 30
"""Limit of address space. A film of 3,840 × 2,160 needs half of it."""
MAX_PROCESSOR_S = 20


def main(argv: Sequence[str]) -> int:
    """Answer one question about the film or sound; without arguments, the film's facts.

    `poster` and `thumbnail` are followed by the longest edge, `frame` by its time in seconds, `recording` by the medium's kind,
    `waveform` by the number of its parts.

    Return 0 when there is an answer, even a rejection.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keep a library's prints out of the answer
    film = os.fdopen(0, "rb", closefd=False)
    _confine()
    answers.write(b"\n")  # tells the parent that from here on any failure is the film's fault
    answers.flush()
    try:
        answer = _look(film, argv)
    except UnusableFile as unusable:
        answer = {"unusable": unusable.title, "detail": unusable.detail}
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
        case ["thumbnail", edge]:
            drawn = draw_thumbnail(film, max_edge=int(edge))
            return {"thumbnail": _text(drawn.rgba), "width": drawn.width, "height": drawn.height}
        case ["recording", kind]:
            return asdict(inspect_recording(film, MediaKind(kind)))
        case ["waveform", buckets]:
            return {"peaks": draw_waveform(film, buckets=int(buckets))}
        case _:
            return asdict(inspect_film(film))


def _text(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")


def _confine() -> None:
    """Limit memory and processor time to what a film needs, and forbid writing files, even a core dump.

    Windows has no such limits; there only the parent's timeout applies.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - missing on Windows

    limits = {
        resource.RLIMIT_AS: (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES),
        # The soft limit sends SIGXCPU, which the parent can tell from a SIGKILL by the system.
        resource.RLIMIT_CPU: (MAX_PROCESSOR_S, MAX_PROCESSOR_S + 1),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, bounds in limits.items():
        try:
            resource.setrlimit(limit, bounds)
        except (ValueError, OSError):  # macOS rejects some of them
            continue
