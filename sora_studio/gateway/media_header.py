"""Recognizes a film's or sound's container from its first bytes and its content type, and what is certainly neither."""

from sora_studio.domain.file_kinds import HEAD_BYTES, FileForm, kind_of
from sora_studio.domain.media_types import FILM_TYPES, SOUND_TYPES

ENOUGH_BYTES = HEAD_BYTES
"""How many leading bytes `read_format` needs."""

_FORMATS = {media_type: name for name, media_type in (FILM_TYPES | SOUND_TYPES).items()} | {
    "audio/mp3": "mp3",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
    "audio/x-m4a": "m4a",
}


class NotAFilm(Exception):
    """It is certainly neither a film nor a sound. The message completes a sentence that begins with the address."""


def read_format(head: bytes, content_type: str) -> str | None:
    """Return the container as profiles name it, such as `mp4`; None if unknown. Raises `NotAFilm`.

    The bytes count for more than the content type, which many servers guess. What neither knows may still be a film.
    """
    said = content_type.partition(";")[0].strip().lower()
    kind = kind_of(head)
    if kind.form is FileForm.FILM or kind.is_sound:
        return kind.extension.removeprefix(".")
    if not head:
        raise NotAFilm("is empty.")
    if kind.extension == ".html" or said == "text/html":
        raise NotAFilm("is a web page, not a film or sound. Copy the address of the file itself.")
    if kind.extension != ".bin":
        raise NotAFilm(f"is {kind.name}, not a film or sound.")
    return _FORMATS.get(said)
