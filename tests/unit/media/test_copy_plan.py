"""What the published copy of a film or sound becomes, before anything is decoded."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.media_types import FILM_TYPES, SOUND_TYPES, SUFFIXES
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.domain.recording import RecordingFacts
from sora_studio.media.copy_plan import MUXERS, CopyPlan, plan_copy

FILM = MediaSlot(Role.VIDEO, MediaKind.VIDEO, "video_urls", ("m",), formats=("mp4", "mov", "m4v"))
SOUND = MediaSlot(Role.AUDIO, MediaKind.AUDIO, "audio_urls", ("m",), formats=("wav", "mp3"))
MP4 = RecordingFacts("mp4", 1_000_000, 10.0, "h264", "aac", 1920, 1080, "yuv420p", has_picture=True)
WAV = RecordingFacts("wav", 1_920_000, 10.0, audio_codec="pcm_s16le")
AS_IS, CONVERT = FilmEdit(), FilmEdit(convert=True)
CLIP = Path("/films/clip.mp4")


def _plan(facts: RecordingFacts, edit: FilmEdit, slot: MediaSlot) -> CopyPlan:
    return plan_copy(CLIP, facts, edit, slot)


def _refused(facts: RecordingFacts, edit: FilmEdit, slot: MediaSlot) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        _plan(facts, edit, slot)
    assert {(problem.field, problem.source) for problem in refusal.value.problems} == {(slot.role, str(CLIP))}
    return refusal.value.title


@pytest.mark.parametrize("edit", [AS_IS, CONVERT, FilmEdit(Trim(0, 10)), FilmEdit(Trim(0, 99))])
def test_what_fits_is_copied_as_it_is(edit: FilmEdit) -> None:
    assert _plan(MP4, edit, FILM) == CopyPlan(format="mp4", has_picture=True, end_s=10)
    assert _plan(WAV, edit, SOUND) == CopyPlan(format="wav", has_picture=False, end_s=10)


def test_without_a_convert_the_sentences_of_the_check_are_told() -> None:
    slot = replace(FILM, max_bytes=500_000, max_side=1280)
    told = _refused(replace(MP4, format="webm"), AS_IS, slot)
    assert told == (
        "clip.mp4 is a WebM file; the service takes MP4, MOV or M4V. clip.mp4 has 1 MB; 0.5 MB are allowed. "
        "clip.mp4 needs at most 1,280 px a side."
    )


@pytest.mark.parametrize("edit", [AS_IS, CONVERT])
def test_a_film_that_is_too_long_needs_an_in_and_an_out(edit: FilmEdit) -> None:
    slot = replace(FILM, min_s=2, max_s=5)
    assert _refused(MP4, edit, slot) == "clip.mp4 must last 2 to 5 s. Set an in and an out."
    assert _refused(replace(MP4, seconds=1.0), edit, slot) == "clip.mp4 must last 2 to 5 s."
    assert _plan(MP4, FilmEdit(Trim(1.1, 6.1)), slot).seconds == pytest.approx(5)
    assert _plan(MP4, FilmEdit(Trim(2.3, 7.3)), slot).seconds == pytest.approx(5)


def test_a_shape_cannot_be_converted() -> None:
    assert _refused(MP4, CONVERT, replace(FILM, max_ratio=1.5)) == "clip.mp4 must lie below 1.5."


def test_a_trim_is_encoded_in_full_size_whatever_the_size_of_the_file() -> None:
    plan = _plan(MP4, FilmEdit(Trim(2, 4.5)), replace(FILM, max_bytes=900_000))
    assert plan.is_encoded
    assert (plan.start_s, plan.end_s, plan.width, plan.height) == (2, 4.5, 1920, 1080)


def test_an_out_beyond_the_end_is_the_end_and_an_in_beyond_it_is_refused() -> None:
    assert _plan(MP4, FilmEdit(Trim(9, 12)), FILM).end_s == 10
    assert _refused(MP4, FilmEdit(Trim(10, 12)), FILM) == (
        "clip.mp4 lasts 10 s and ends before its in point. Set an earlier one."
    )


def test_usual_streams_in_another_container_only_change_it() -> None:
    plan = _plan(replace(MP4, format="mkv"), CONVERT, FILM)
    assert (plan.format, plan.is_encoded) == ("mp4", False)
    for unusual in (
        replace(MP4, format="mkv", video_codec="hevc"),
        replace(MP4, format="mkv", audio_codec="opus"),
        replace(MP4, format="mkv", pixel_format="yuv422p10le"),
        replace(MP4, format="avi"),
    ):
        assert _plan(unusual, CONVERT, FILM).is_encoded


@pytest.mark.parametrize(
    ("size", "limits", "fitted"),
    [
        ((1920, 1080), {"max_side": 1280}, (1280, 720)),
        ((1080, 1920), {"max_side": 1280}, (720, 1280)),
        ((1919, 1079), {"max_side": 1281}, (1280, 720)),
        ((320, 180), {"min_side": 301}, (536, 302)),
        ((321, 181), {"formats": ("mov",)}, (320, 180)),
        ((4000, 300), {"max_side": 1280, "min_side": 96}, (1280, 96)),
    ],
)
def test_a_film_is_scaled_into_the_limits(size: tuple[int, int], limits: dict[str, object], fitted: tuple[int, int]) -> None:
    facts = replace(MP4, width=size[0], height=size[1], format="webm")
    plan = _plan(facts, CONVERT, replace(FILM, **limits))
    assert (plan.width, plan.height) == fitted


def test_a_film_that_no_scale_fits_is_refused() -> None:
    slot = replace(FILM, min_side=400, max_side=640)
    assert _refused(MP4, CONVERT, slot) == "clip.mp4 cannot be scaled to the size that the service takes."


@pytest.mark.parametrize("seconds", [1.0, 10.0, 120.0])
def test_bits_are_chosen_for_the_bytes_allowed(seconds: float) -> None:
    slot = replace(FILM, max_bytes=8_000_000)
    plan = _plan(replace(MP4, size_bytes=90_000_000, seconds=seconds), CONVERT, slot)
    assert plan.video_bits is not None
    assert (plan.video_bits + plan.audio_bits) * (seconds + 1) / 8 <= 8_000_000


def test_a_film_that_no_bits_make_small_enough_is_refused() -> None:
    slot = replace(FILM, max_bytes=50_000)
    told = _refused(replace(MP4, seconds=120.0), CONVERT, slot)
    assert told == "clip.mp4 does not fit into the 0.05 MB allowed. Set an in and an out that are closer."


def test_the_best_container_that_is_taken_is_written() -> None:
    assert _plan(replace(MP4, format="webm"), CONVERT, replace(FILM, formats=("m4v", "mov"))).format == "mov"
    told = _refused(replace(MP4, format="avi"), CONVERT, replace(FILM, formats=("webm",)))
    assert told == "clip.mp4 can only be converted to MP4; the service takes WebM."


def test_what_cannot_be_written_as_it_is_is_converted() -> None:
    facts, slot = replace(MP4, format="rm"), replace(FILM, formats=())
    assert _refused(facts, AS_IS, slot) == "clip.mp4 cannot be sent as RM without its metadata. Convert it first."
    assert _plan(facts, CONVERT, slot).format == "mp4"


def test_a_sound_becomes_an_mp3_or_a_wav() -> None:
    flac = replace(WAV, format="flac")
    assert _plan(flac, CONVERT, SOUND).format == "mp3"
    assert _plan(flac, CONVERT, replace(SOUND, formats=("wav",))).format == "wav"
    assert plan_copy(CLIP, flac, CONVERT, SOUND, has_mp3=False).format == "wav"
    assert _plan(WAV, FilmEdit(Trim(1, 2)), SOUND).format == "wav"
    assert _refused(flac, CONVERT, replace(SOUND, formats=("m4a",))) == (
        "clip.mp4 can only be converted to MP3 or WAV; the service takes M4A."
    )


def test_a_sound_fits_into_its_bytes() -> None:
    slot = replace(SOUND, max_bytes=500_000)
    plan = _plan(WAV, CONVERT, slot)
    assert (plan.format, plan.audio_bits) == ("mp3", 192_000)
    assert _plan(replace(WAV, seconds=60.0), CONVERT, slot).audio_bits == 64_000
    plan = _plan(WAV, CONVERT, replace(slot, formats=("wav",)))
    assert (plan.rate, plan.channels) == (24_000, 1)
    assert "does not fit" in _refused(replace(WAV, seconds=600.0), CONVERT, slot)


def test_a_films_sound_leaves_its_picture_behind() -> None:
    slot = replace(SOUND, formats=())
    facts = RecordingFacts("mp4", 1000, 10.0, audio_codec="aac", has_picture=True)
    assert _plan(facts, AS_IS, slot) == CopyPlan(format="m4a", has_picture=False, end_s=10)


def test_every_container_can_be_lent_under_a_suffix_of_its_own() -> None:
    types = FILM_TYPES | SOUND_TYPES
    assert [SUFFIXES[types[name]] for name in MUXERS] == [f".{name}" for name in MUXERS]


@pytest.mark.parametrize("name", FILM_TYPES)
def test_a_film_of_a_format_that_a_profile_of_ones_own_names_is_copied_as_it_is(name: str) -> None:
    assert _plan(replace(MP4, format=name), AS_IS, replace(FILM, formats=(name,))).format == name
