"""Media types of what the program lends to the service: pictures, films and sounds."""

from dataclasses import dataclass

FILM_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4v": "video/x-m4v",
    "3gp": "video/3gpp",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "ts": "video/mp2t",
    "flv": "video/x-flv",
    "wmv": "video/x-ms-wmv",
    "ogv": "video/ogg",
}
SOUND_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "aiff": "audio/aiff",
    "wma": "audio/x-ms-wma",
}
"""Media types by format, for every format that can be lent. A format's name is also its suffix."""
USUAL_FILMS, USUAL_SOUNDS = ("mp4", "mov", "m4v"), ("mp3", "wav", "m4a")
"""What is sent where the model's page names no formats: those that the shipped profiles name."""
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    **{media_type: f".{name}" for name, media_type in (FILM_TYPES | SOUND_TYPES).items()},
}
"""The suffix of a lent file's address, by media type: some services tell the type by it."""
_MEDIA = {"video": "film", "audio": "sound"}


@dataclass(frozen=True, slots=True)
class WebFile:
    """A film or sound at a web address, from its response headers and first bytes; None for what they do not tell."""

    format: str | None
    size_bytes: int | None


def medium_of(media_type: str) -> str:
    """Return the word for sentences: `picture`, `film` or `sound`."""
    return _MEDIA.get(media_type.partition("/")[0], "picture")
