"""The process that makes the published copy of a film or sound: a crafted file can attack its decoder, so no other one does.

Standard input is the file and standard output the copy, both opened by the parent; standard error takes one JSON object a line:
`{"progress": 0.5}` again and again, then `{"done": true}` or a refusal. The process knows no path and no key.
"""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

import json
import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

import av

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.recording import UnusableFile
from sora_studio.media.copy_file import CopyCursor, CopyFile
from sora_studio.media.copy_plan import MUXERS, CopyPlan
from sora_studio.media.copy_progress import CopyProgress
from sora_studio.media.recording import open_recording
from sora_studio.media.reencode import EncoderMissing, encode_film, encode_sound
from sora_studio.media.remux import copy_streams

MAX_MEMORY_BYTES = 4 << 30
"""Limit of address space: encoding 3,840 × 2,160 needs half of it."""
_BLOCK_BYTES = 1 << 20
_NICE = 10
"""An encoder takes every core for minutes."""
_OPTIONS = {
    "mp4": {"movflags": "+faststart"},
    "mov": {"movflags": "+faststart"},
    "ipod": {"movflags": "+faststart"},
    "3gp": {"movflags": "+faststart"},
    "mp3": {"id3v2_version": "0"},
}
"""A service can begin to read a film before it has all of it; a sound carries no tags."""


def main(argv: Sequence[str]) -> int:
    """Make the copy that the plan, as JSON, describes. Return 0 when there is an answer, even a rejection."""
    progress = CopyProgress(os.fdopen(os.dup(2), "wb"))
    file = os.fdopen(0, "rb", closefd=False)
    output = CopyFile(os.fdopen(os.dup(1), "r+b", buffering=0), progress)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):  # keep a library's prints out of the copy and of the answers
        os.dup2(nowhere, number)
    _confine()
    progress.report(0.0)  # tells the parent that from here on any failure is the file's fault
    progress.tell(_answer(file, output, CopyPlan(**json.loads(argv[0])), progress))
    return 0


def _answer(file: BinaryIO, output: CopyFile, plan: CopyPlan, progress: CopyProgress) -> dict[str, object]:
    answer: dict[str, object] = {"done": True}
    try:
        make_copy(file, output, plan, progress)
    except EncoderMissing as missing:
        answer = {"no_encoder": missing.codec}
    except UnusableFile as unusable:
        answer = {"unusable": unusable.title}
    except Exception:  # decoders raise almost any error for a damaged file
        answer = {"unusable": "is damaged and cannot be read to its end"}
    if output.failure is not None:
        return {"full": True} if is_full(output.failure) else {"unwritten": output.failure.strerror or ""}
    return answer


def make_copy(file: BinaryIO, output: CopyFile, plan: CopyPlan, progress: CopyProgress) -> None:
    """Write the copy. Raises `UnusableFile`, `EncoderMissing`, and errors of FFmpeg and of the disk. Blocking."""

    def open_again(_url: str, _flags: int, _options: dict[str, str]) -> CopyCursor:
        """FFmpeg asks for the file once more, to move its index to the front."""
        return output.opened()

    kind = MediaKind.VIDEO if plan.has_picture else MediaKind.AUDIO
    muxer = MUXERS[plan.format]
    with (
        open_recording(file, kind) as (_, source),
        av.open(
            output.opened(),
            "w",
            format=muxer,
            # Without the flag the muxer names itself, and marks each file with a number of its own.
            options={"fflags": "+bitexact", **_OPTIONS.get(muxer, {})},
            buffer_size=_BLOCK_BYTES,
            io_open=open_again,
        ) as target,
    ):
        if not plan.is_encoded:
            copy_streams(source, target, plan, progress)
        elif plan.has_picture:
            encode_film(source, target, plan, progress)
        else:
            encode_sound(source, target, plan, progress)


def _confine() -> None:
    """Limit memory, forbid a core dump, and let the window go first, where the system can."""
    if sys.platform == "win32":
        return
    os.nice(_NICE)
    import resource  # noqa: PLC0415 - missing on Windows

    for limit, bound in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (bound, bound))
        except (ValueError, OSError):  # macOS rejects some of them
            continue
