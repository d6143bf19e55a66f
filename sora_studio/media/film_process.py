"""Opens films in a child process, and validates its answers."""

import base64
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.picture import Thumbnail
from sora_studio.domain.recording import RecordingFacts
from sora_studio.media.recording_file import check_file, unusable

COMMAND = "look-into-film"
WITHIN_S = 40.0
"""Wall-clock limit. A film takes a fraction of a second, but a busy machine may starve the child for long. Shorter than a
folder's deadline, so that a slow decoder is not taken for a dead drive.
"""

MAX_ANSWER_BYTES = 48 << 20
"""A frame of 3,840 × 2,160 has 25 MB at most, and a third more in base64."""
_MAX_EDGE = 16_384
_MAX_DURATION_S = 86_400.0
_MAX_WORDS = 300
KILLED_BY_OTHERS = frozenset({-signal.SIGTERM} if sys.platform == "win32" else {-signal.SIGTERM, -signal.SIGKILL})
"""Exit statuses that no film causes: a system short of memory kills like this. Exceeded processor time is `SIGXCPU`."""
_WORD = re.compile(r"[\w.-]{0,32}", re.ASCII)
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


class FilmProcess:
    """Starts one child process per request and kills it when it takes too long.

    Its methods block. They raise `StudioError` for a film that cannot be opened, and `PassingError` when the film was not
    really examined: the child did not start, was killed from outside, or did not answer in time. A film that never
    ends is detected by the child's own limit on processor time.
    """

    def __init__(self, command: Sequence[str] = (), *, within_s: float = WITHIN_S) -> None:
        self.command = [*(command or own_program(COMMAND))]
        self.within_s = within_s

    def inspect(self, film: Path) -> FilmFacts:
        """Return duration and displayed size."""
        match self._ask(film):
            case {"width": int(width), "height": int(height), "duration_s": float(duration_s), "has_audio": bool(has_audio)}:
                if 0 < width <= _MAX_EDGE and 0 < height <= _MAX_EDGE and 0 < duration_s <= _MAX_DURATION_S:
                    return FilmFacts(width, height, duration_s, has_audio)
            case _:
                pass
        raise _unreadable("impossible facts")

    def draw_poster(self, film: Path, *, max_edge: int, at_s: float | None = None) -> bytes:
        """Return the frame at that time, else the middle one, as a JPEG whose longer edge has at most `max_edge` pixels."""
        time = () if at_s is None else (repr(float(at_s)),)
        return self._draw(film, "poster", str(max_edge), *time, start=_JPEG)

    def draw_filmstrip(self, film: Path) -> bytes:
        """Return `FILMSTRIP_CELLS` frames, evenly spread over the film, side by side in one JPEG."""
        return self._draw(film, "filmstrip", start=_JPEG)

    def draw_frame(self, film: Path, *, at_s: float) -> bytes:
        """Return the frame displayed at that time, upright and in full size, as a PNG."""
        return self._draw(film, "frame", repr(float(at_s)), start=_PNG)

    def draw_thumbnail(self, film: Path, *, max_edge: int) -> Thumbnail:
        """Return the middle frame, upright, with at most `max_edge` pixels along its longer edge."""
        match self._ask(film, "thumbnail", str(max_edge)):
            case {"thumbnail": str(text), "width": int(width), "height": int(height)}:
                rgba = _decoded(text)
                if 0 < width <= max_edge and 0 < height <= max_edge and len(rgba) == width * height * 4:
                    return Thumbnail(rgba, width, height)
            case _:
                pass
        raise _unreadable("no thumbnail")

    def inspect_recording(self, path: Path, kind: MediaKind) -> RecordingFacts:
        """Return the facts of a film or sound that can be decoded. Raises `InvalidRequest` when it is not one."""
        answer = self._ask_of_recording(path, kind, "recording", kind)
        facts = _recording_facts(answer, kind)
        if facts is None:
            raise _unusable(answer, path, kind)
        return facts

    def draw_waveform(self, path: Path, *, buckets: int) -> tuple[float, ...]:
        """Return the peaks, 0 to 1, of `buckets` equal parts of a sound. Raises `InvalidRequest` when it has none."""
        answer = self._ask_of_recording(path, MediaKind.AUDIO, "waveform", str(buckets))
        found = cast("dict[str, object]", answer).get("peaks") if isinstance(answer, dict) else None
        peaks = cast("list[object]", found) if isinstance(found, list) else []
        believable = tuple(peak for peak in peaks if isinstance(peak, float) and 0 <= peak <= 1)
        if len(believable) != buckets:
            raise _unusable(cast("object", answer), path, MediaKind.AUDIO)
        return believable

    def _draw(self, film: Path, what: str, *how: str, start: bytes) -> bytes:
        """Return a picture, checked by its first bytes only."""
        answer = self._ask(film, what, *how)
        if isinstance(answer, dict) and isinstance(text := cast("dict[str, object]", answer).get(what), str):
            picture = _decoded(text)
            if picture.startswith(start):
                return picture
        raise _unreadable(f"no {what}")

    def _ask_of_recording(self, path: Path, kind: MediaKind, *arguments: str) -> object:
        """Return the parsed answer; a rejection becomes a sentence with the file's name."""
        check_file(path, kind)
        try:
            return self._ask(path, *arguments)
        except PassingError:
            raise
        except StudioError as refusal:
            raise unusable(path, kind, "is damaged and cannot be read") from refusal

    def _ask(self, film: Path, *arguments: str) -> object:
        """Return the parsed answer; raise a rejection as an error."""
        try:
            answer = cast("object", json.loads(self.run(film, arguments)))
        except (ValueError, RecursionError):
            return None
        match answer:
            case {"refused": str(title), "detail": str(detail)}:
                raise StudioError(title[:_MAX_WORDS], detail=detail[:_MAX_WORDS])
            case _:
                return answer

    def run(self, film: Path, arguments: Sequence[str]) -> bytes:
        """Run the child and return its output, not validated. Raises like every method."""
        with opened_file(film) as file, self._started(file, arguments) as child:
            late = threading.Event()
            alarm = threading.Timer(self.within_s, lambda: (late.set(), child.kill()))
            alarm.start()
            try:
                assert child.stdout is not None
                answer = child.stdout.read(MAX_ANSWER_BYTES)
                status = 0 if answer.strip() else child.wait()
            finally:
                alarm.cancel()
                child.kill()
        if late.is_set():
            raise unexamined(f"no answer within {self.within_s:g} s")
        if not answer:  # the child writes an empty line as soon as it begins to read the film
            raise unexamined("the process ended before it read the film")
        if status in KILLED_BY_OTHERS:
            raise unexamined("the process was killed")
        return answer

    def _started(self, film: BinaryIO, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start the child with the open file, so that no name can be misread."""
        try:
            return subprocess.Popen(  # noqa: S603 - our own program
                [*self.command, *arguments],
                stdin=film,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise unexamined(str(error.strerror)) from error


def opened_file(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StudioError("This is not a file.")
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise _unreadable(str(error)) from error


def own_program(command: str) -> list[str]:
    """Return this program's command line; `-P` keeps the current folder out of the import path."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-P", "-m", "sora_studio"]
    return [*program, command]


def child_environment() -> dict[str, str]:
    """Return this process's environment without secrets."""
    package = str(Path(__file__).resolve().parents[2])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SORA_STUDIO_")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (package, environment.get("PYTHONPATH"))))
    return environment


def _recording_facts(answer: object, kind: MediaKind) -> RecordingFacts | None:
    """Return the facts if they can be true."""
    match answer:
        case {
            "format": str(format_),
            "size_bytes": int(size_bytes),
            "seconds": float(seconds),
            "video_codec": str(video_codec),
            "audio_codec": str(audio_codec),
            "width": int(width),
            "height": int(height),
            "pixel_format": str(pixel_format),
            "has_picture": bool(has_picture),
        } if all(_WORD.fullmatch(word) for word in (format_, video_codec, audio_codec, pixel_format)):
            least = 1 if kind is MediaKind.VIDEO else 0
            if least <= width <= _MAX_EDGE and least <= height <= _MAX_EDGE and 0 < seconds <= _MAX_DURATION_S:
                codecs, sides = (video_codec, audio_codec), (width, height)
                return RecordingFacts(format_, size_bytes, seconds, *codecs, *sides, pixel_format, has_picture)
        case _:
            pass
    return None


def _unusable(answer: object, path: Path, kind: MediaKind) -> StudioError:
    match answer:
        case {"unusable": str(predicate)}:
            return unusable(path, kind, predicate[:_MAX_WORDS])
        case _:
            return unusable(path, kind, "is damaged and cannot be read")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def unexamined(detail: str) -> PassingError:
    return PassingError("The film could not be checked just now.", detail=detail)


def _unreadable(detail: str) -> StudioError:
    return StudioError("The film cannot be opened.", detail=detail)
