"""Decides how the published copy of a film or sound is made: by copying its streams, or encoded within a model's limits."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.media_types import FILM_TYPES, SOUND_TYPES
from sora_studio.domain.models.check import Refusal, RefusalKind, check_medium
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.models.values import listed
from sora_studio.domain.picture import format_name
from sora_studio.domain.recording import RecordingFacts

_MUXERS = {
    "m4v": "mp4",
    "mkv": "matroska",
    "ts": "mpegts",
    "wmv": "asf",
    "ogv": "ogg",
    "m4a": "ipod",
    "aac": "adts",
    "wma": "asf",
}
MUXERS = {name: _MUXERS.get(name, name) for name in FILM_TYPES | SOUND_TYPES}
"""FFmpeg's names of the containers that can be written, by the name that profiles use."""

_FOR_H264 = ("mp4", "mov", "m4v")
"""Containers to encode into, the best first."""
_REPACKABLE = frozenset(("mov", "m4v", "mkv", "3gp"))
"""Containers whose H.264 and AAC can be moved into an MP4 as they are."""
_CURABLE = frozenset((RefusalKind.MEDIA_FORMAT, RefusalKind.MEDIA_BYTES, RefusalKind.MEDIA_PIXELS))
_SOUND_OF = {"mp4": "m4a", "m4v": "m4a", "mov": "m4a", "3gp": "m4a", "ogv": "ogg", "wmv": "wma"}
"""Container for the sound of a film, if not the film's own."""
_TOLERANCE_S = 0.0005
_FILLED = 0.96
"""Share of the allowed bytes that streams may take; the rest is for the container."""
_FILM_AUDIO_BITS, _SOUND_BITS, _LEAST_SOUND_BITS = 160_000, 192_000, 32_000
_LEAST_VIDEO_BITS = 60_000
_AUDIO_SHARE = 0.15
_WAV_BYTES = 2
_WAV_SHAPES = ((48_000, 2), (44_100, 2), (44_100, 1), (24_000, 1), (16_000, 1))
"""Samples a second and channels, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """What the copying process does. It only copies streams unless `is_encoded`.

    Sides are even pixels of the upright film; times are seconds from its beginning. `video_bits`, a second, is a limit; None:
    quality alone decides. `rate`, samples a second, and `channels` are limits of the sound.
    """

    format: str
    has_picture: bool
    is_encoded: bool = False
    is_trimmed: bool = False
    start_s: float = 0.0
    end_s: float
    width: int = 0
    height: int = 0
    video_bits: int | None = None
    audio_bits: int = _FILM_AUDIO_BITS
    rate: int = 48_000
    channels: int = 2

    @property
    def seconds(self) -> float:
        """Return the copy's length."""
        return self.end_s - self.start_s

    @property
    def latest_s(self) -> float:
        """Return where to stop. Without a trim, a film that lasts a little longer than its container says is not cut."""
        return self.end_s if self.is_trimmed else self.end_s * 1.1 + 1


def plan_copy(path: Path, facts: RecordingFacts, edit: FilmEdit, slot: MediaSlot, *, has_mp3: bool = True) -> CopyPlan:
    """Return how to make the copy.

    Raises `InvalidRequest` when the file does not fit and `edit` allows nothing that would help. `has_mp3`: there is an encoder
    for MP3.
    """
    trim = _trim_inside(path, facts, edit.trim, slot)
    start_s, end_s = (trim.start_s, trim.end_s) if trim else (0.0, facts.seconds)
    kept = replace(facts, seconds=round(end_s - start_s, 3)) if trim else facts
    medium = Medium(str(path), slot.kind, kept.as_media_facts())
    refusals = check_medium(medium, slot)
    if trim:  # it is encoded, and made small enough
        refusals = [refusal for refusal in refusals if refusal.kind is not RefusalKind.MEDIA_BYTES]
    is_curable = edit.convert and all(refusal.kind in _CURABLE for refusal in refusals)
    if refusals and not is_curable:
        raise InvalidRequest([_problem(refusal, kept, slot) for refusal in refusals])
    plan = CopyPlan(format=facts.format, has_picture=slot.kind is MediaKind.VIDEO, start_s=start_s, end_s=end_s)
    if not trim and (copied := _copied(plan, facts, refusals, slot)):
        return copied
    if not trim and not edit.convert:
        words = f"{medium.name} cannot be sent as {format_name(facts.format)} without its metadata. Convert it first."
        raise InvalidRequest([Problem(slot.role, words, str(path))])
    encoded = replace(plan, is_encoded=True, is_trimmed=trim is not None)
    planned = (
        _encoded_film(encoded, facts, slot) if encoded.has_picture else _encoded_sound(encoded, facts, slot, has_mp3=has_mp3)
    )
    if isinstance(planned, CopyPlan):
        return planned
    raise InvalidRequest([Problem(slot.role, f"{medium.name} {planned}.", str(path))])


def _trim_inside(path: Path, facts: RecordingFacts, trim: Trim | None, slot: MediaSlot) -> Trim | None:
    """Return the part to keep, inside the file; None for all of it."""
    if trim is None:
        return None
    if trim.start_s >= facts.seconds - _TOLERANCE_S:
        name = Medium(str(path), slot.kind).name
        words = f"{name} lasts {facts.seconds:.3g} s and ends before its in point. Set an earlier one."
        raise InvalidRequest([Problem(slot.role, words, str(path))])
    inside = Trim(trim.start_s, min(trim.end_s, facts.seconds))
    is_all = inside.start_s <= _TOLERANCE_S and inside.end_s >= facts.seconds - _TOLERANCE_S
    return None if is_all else inside


def _problem(refusal: Refusal, facts: RecordingFacts, slot: MediaSlot) -> Problem:
    too_long = refusal.kind is RefusalKind.MEDIA_LENGTH and slot.max_s is not None and facts.seconds > slot.max_s
    advice = " Set an in and an out." if too_long else ""
    return Problem(refusal.field, f"{refusal.say}{advice}", refusal.address)


def _copied(plan: CopyPlan, facts: RecordingFacts, refusals: list[Refusal], slot: MediaSlot) -> CopyPlan | None:
    """Return the plan of a copy that is not encoded anew; None where there is none."""
    if not refusals:
        own = _SOUND_OF.get(facts.format, facts.format) if facts.has_picture and not plan.has_picture else facts.format
        return replace(plan, format=own) if own in MUXERS and (not slot.formats or own in slot.formats) else None
    is_usual = (facts.video_codec, facts.pixel_format) == ("h264", "yuv420p") and facts.audio_codec in {"aac", ""}
    is_format = all(refusal.kind is RefusalKind.MEDIA_FORMAT for refusal in refusals)
    if is_format and is_usual and facts.format in _REPACKABLE and "mp4" in slot.formats:
        return replace(plan, format="mp4")
    return None


def _encoded_film(plan: CopyPlan, facts: RecordingFacts, slot: MediaSlot) -> CopyPlan | str:
    """Return the plan, or why there is none, as a predicate."""
    format_ = next((name for name in _FOR_H264 if not slot.formats or name in slot.formats), None)
    if format_ is None:
        return f"can only be converted to MP4; the service takes {listed(map(format_name, slot.formats))}"
    sides = _fit_sides(facts.width, facts.height, slot)
    if sides is None:
        return "cannot be scaled to the size that the service takes"
    plan = replace(plan, format=format_, width=sides[0], height=sides[1])
    if slot.max_bytes is None:
        return plan
    # The encoder's buffer lets it exceed its rate by up to one second's worth in all.
    bits = slot.max_bytes * 8 * _FILLED / (plan.seconds + 1)
    audio_bits = round(min(_FILM_AUDIO_BITS, bits * _AUDIO_SHARE)) if facts.has_sound else 0
    if bits - audio_bits < _LEAST_VIDEO_BITS or (facts.has_sound and audio_bits < _LEAST_SOUND_BITS / 4):
        return _too_large(slot.max_bytes)
    return replace(plan, video_bits=round(bits - audio_bits), audio_bits=audio_bits)


def _encoded_sound(plan: CopyPlan, facts: RecordingFacts, slot: MediaSlot, *, has_mp3: bool) -> CopyPlan | str:
    """Return the plan, or why there is none, as a predicate. A WAV that fits stays one."""
    formats = {name for name in ("mp3", "wav") if (not slot.formats or name in slot.formats) and (has_mp3 or name != "mp3")}
    if not formats:
        return f"can only be converted to MP3 or WAV; the service takes {listed(map(format_name, slot.formats))}"
    most = slot.max_bytes * _FILLED if slot.max_bytes is not None else math.inf
    bits = min(_SOUND_BITS, most * 8 / plan.seconds)
    ways = [replace(plan, format="mp3", audio_bits=round(bits))] if bits >= _LEAST_SOUND_BITS else []
    waves = [
        replace(plan, format="wav", rate=rate, channels=channels)
        for rate, channels in _WAV_SHAPES
        if rate * channels * _WAV_BYTES * plan.seconds <= most
    ]
    is_best = bool(waves) and facts.format == "wav" and waves[0].rate == _WAV_SHAPES[0][0]
    ways = [*waves, *ways] if is_best else [*ways, *waves]
    return next((way for way in ways if way.format in formats), _too_large(slot.max_bytes or 0))


def _too_large(max_bytes: int) -> str:
    return f"does not fit into the {max_bytes / 1e6:g} MB allowed. Set an in and an out that are closer"


def _fit_sides(width: int, height: int, slot: MediaSlot) -> tuple[int, int] | None:
    """Return even sides of nearly the same shape within the slot's limits; None where there are none."""
    least, most = slot.min_side or 2, slot.max_side if slot.max_side is not None else math.inf
    scale = min(1.0, most / max(width, height))
    scale = max(scale, least / min(width, height))
    sides = _even(width * scale, least, most), _even(height * scale, least, most)
    return sides if all(least <= side <= most for side in sides) else None


def _even(side: float, least: float, most: float) -> int:
    """Return the nearest even number, but one inside the limits if there is one."""
    even = max(2, round(side / 2) * 2)
    if even > most:
        return even - 2
    return even + 2 if even < least else even
