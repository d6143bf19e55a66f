"""A local film or sound: what inspecting it found, and what the checks of a model need of that."""

from dataclasses import dataclass

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.draft import MediaFacts


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """Result of inspecting a film or sound that can be decoded.

    `format` is the container's lower-case name, as in `MediaSlot.formats`: `mp4`, `mov`, `webm`, `wav`, `mp3`. Codecs and
    `pixel_format` are FFmpeg's names. Sides are pixels of the upright film.
    """

    format: str
    size_bytes: int
    seconds: float
    video_codec: str = ""
    audio_codec: str = ""
    """Empty without sound."""
    width: int = 0
    height: int = 0
    pixel_format: str = ""
    has_picture: bool = False
    """Contains moving pictures; of a file that was inspected as a sound nothing else is known of them."""

    @property
    def has_sound(self) -> bool:
        """Return whether it can be heard."""
        return bool(self.audio_codec)

    def as_media_facts(self) -> MediaFacts:
        """Return what `check_medium` looks at."""
        return MediaFacts(self.format, self.size_bytes, self.width or None, self.height or None, seconds=self.seconds)


class UnusableFile(StudioError):
    """A film or sound that cannot be used; `title` is the predicate of a sentence that begins with its name: `has no sound`."""
