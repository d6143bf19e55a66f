"""A film or sound is known by opening it: container, codecs, length; what cannot be used is named with the reason."""

import asyncio
import io
from pathlib import Path

import av
import pytest
from PIL import Image

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.domain.recording import RecordingFacts
from sora_studio.media.film import draw_thumbnail
from sora_studio.media.film_process import FilmProcess
from sora_studio.media.local import LocalMedia
from sora_studio.media.recording import UnusableFile, inspect_recording
from sora_studio.media.waveform import draw_waveform
from tests.doubles.films import SIZE, number_in
from tests.doubles.mutations import mutated
from tests.doubles.recordings import turn_on_its_side, write_recording

FILMS = {
    "mp4": ("film.mp4", "libx264", "aac"),
    "mov": ("film.mov", "libx264", "aac"),
    "webm": ("film.webm", "libvpx", "libopus"),
    "mkv": ("film.mkv", "libx264", "aac"),
    "avi": ("film.avi", "mpeg4", "libmp3lame"),
    "ts": ("film.ts", "libx264", "aac"),
    "3gp": ("film.3gp", "libx264", "aac"),
    "flv": ("film.flv", "libx264", "aac"),
    "wmv": ("film.wmv", "wmv2", None),
}
SOUNDS = {
    "mp3": ("sound.mp3", "libmp3lame", None),
    "wav": ("sound.wav", "pcm_s16le", None),
    "m4a": ("sound.m4a", "aac", None),
    "flac": ("sound.flac", "flac", None),
    "ogg": ("sound.ogg", "libopus", None),
    "aac": ("sound.aac", "aac", "adts"),
    "aiff": ("sound.aiff", "pcm_s16be", None),
}
WHOLE = RecordingFacts("mp4", 0, 1.0, "h264", "aac", *SIZE, "yuv420p", has_picture=True)


def _facts(path: Path, kind: MediaKind = MediaKind.VIDEO) -> RecordingFacts:
    with path.open("rb") as file:
        return inspect_recording(file, kind)


def _refused(path: Path, kind: MediaKind = MediaKind.VIDEO) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        asyncio.run(LocalMedia().inspect_recording(path, kind))
    [problem] = refusal.value.problems
    assert (problem.field, problem.source) == (kind, str(path))
    return refusal.value.title


def _why(path: Path, kind: MediaKind = MediaKind.VIDEO) -> str:
    """The predicate of the sentence, found in this process."""
    with pytest.raises(UnusableFile) as refusal:
        _facts(path, kind)
    return refusal.value.title


@pytest.mark.parametrize("name", FILMS)
def test_a_film_tells_its_container_its_length_and_its_size(tmp_path: Path, name: str) -> None:
    file, video, audio = FILMS[name]
    path = write_recording(tmp_path / file, video=video, audio=audio)
    facts = _facts(path)
    assert (facts.format, facts.width, facts.height, facts.size_bytes) == (name, *SIZE, path.stat().st_size)
    assert facts.seconds == pytest.approx(1.0, abs=0.05)
    assert facts.has_sound == (audio is not None)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_tells_its_container_and_its_length(tmp_path: Path, name: str) -> None:
    file, audio, muxer = SOUNDS[name]
    path = write_recording(tmp_path / file, video=None, audio=audio, muxer=muxer)
    facts = _facts(path, MediaKind.AUDIO)
    assert (facts.format, facts.width, facts.height, facts.has_picture) == (name, 0, 0, False)
    assert facts.seconds == pytest.approx(1.0, abs=0.03)


def test_an_mp4_with_sound_only_is_an_m4a_whatever_its_name(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "sound.mp4", video=None)
    assert _facts(path, MediaKind.AUDIO).format == "m4a"


def test_an_mp3_that_states_no_length_is_measured(tmp_path: Path) -> None:
    """Silence at few bits first: what FFmpeg estimates from the first frames is far off."""
    path = tmp_path / "sound.mp3"
    tone = write_recording(tmp_path / "tone.wav", seconds=2, video=None, audio="pcm_s16le")
    with av.open(str(path), "w", options={"write_xing": "0", "id3v2_version": "0"}) as written, av.open(str(tone)) as read:
        stream = written.add_stream(
            "libmp3lame", rate=48_000, layout="stereo", options={"flags": "+qscale", "compression_level": "9"}
        )
        for frame in read.decode(audio=0):
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    assert _facts(path, MediaKind.AUDIO).seconds == pytest.approx(2.0, abs=0.06)


def test_a_film_made_on_its_side_has_its_upright_size_and_is_drawn_so(tmp_path: Path) -> None:
    path = turn_on_its_side(write_recording(tmp_path / "film.mp4"))
    facts = asyncio.run(LocalMedia().inspect_recording(path, MediaKind.VIDEO))
    assert (facts.width, facts.height) == (SIZE[1], SIZE[0])
    drawn = asyncio.run(LocalMedia().draw_film(path, max_edge=160))
    assert (drawn.width, drawn.height) == (90, 160)
    assert len(drawn.rgba) == 90 * 160 * 4


def test_a_film_is_drawn_by_its_middle_frame(tmp_path: Path) -> None:
    with write_recording(tmp_path / "film.mp4").open("rb") as film:
        drawn = draw_thumbnail(film, max_edge=SIZE[0])
    assert number_in(Image.frombytes("RGBA", (drawn.width, drawn.height), drawn.rgba)) == 12


def test_the_facts_are_checked_against_the_slot() -> None:
    slot = MediaSlot(
        Role.VIDEO,
        MediaKind.VIDEO,
        "video",
        ("m",),
        formats=("mov",),
        max_bytes=9,
        min_side=200,
        max_ratio=1.5,
        min_s=2,
        max_s=5,
    )
    facts = RecordingFacts("webm", 10, 1.0, "vp8", "", 320, 180, "yuv420p", has_picture=True)
    assert facts.as_media_facts() == MediaFacts("webm", 10, 320, 180, seconds=1.0)
    told = [refusal.say for refusal in check_medium(Medium("/films/a.webm", MediaKind.VIDEO, facts.as_media_facts()), slot)]
    assert told == [
        "a.webm is a WebM file; the service takes MOV.",
        "a.webm has 0.00001 MB; 0.000009 MB are allowed.",
        "a.webm needs at least 200 px a side.",
        "a.webm must lie below 1.5.",
        "a.webm must last 2 to 5 s.",
    ]
    assert RecordingFacts("wav", 10, 1.0, audio_codec="pcm_s16le").as_media_facts() == MediaFacts("wav", 10, seconds=1.0)


def test_what_is_no_film_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("A film it is not.")
    (tmp_path / "noise.mp4").write_bytes(bytes(5000))
    assert _refused(tmp_path / "gone.mp4") == "gone.mp4 is not there any more."
    assert _refused(tmp_path / "folder.mp4") == "folder.mp4 is a folder, not a film."
    assert _refused(tmp_path / "empty.mp4") == "empty.mp4 is empty."
    assert _refused(tmp_path / "text.mp4") == "text.mp4 is a text, not a film."
    assert _why(tmp_path / "text.mp4", MediaKind.AUDIO) == "is a text, not a sound"
    assert _why(tmp_path / "noise.mp4") == "is not a film"
    assert _why(write_recording(tmp_path / "sound.m4a", video=None)) == "has sound only, no picture"


def test_a_film_without_sound_is_no_sound(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", audio=None)
    assert _refused(path, MediaKind.AUDIO) == "film.mp4 has no sound."
    assert not _facts(path).has_sound


def test_a_torn_or_scrambled_film_is_refused(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", audio=None)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert _why(path) == "is not complete; its end is missing"
    begin = content.index(b"mdat") + 4
    path.write_bytes(content[:begin] + bytes(len(content) - begin))  # the tables come first in no such film
    assert _why(path).startswith("is damaged")


def test_a_cover_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    cover = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(cover, "PNG")
    source = write_recording(tmp_path / "plain.mp3", video=None, audio="libmp3lame")
    with av.open(str(source)) as read, av.open(str(path), "w") as written:
        sound = written.add_stream_from_template(read.streams.audio[0])
        picture = written.add_stream("png")
        picture.width, picture.height, picture.pix_fmt = 64, 64, "rgb24"
        picture.disposition = av.stream.Disposition.attached_pic
        written.start_encoding()
        packet = av.Packet(cover.getvalue())
        packet.stream, packet.pts, packet.dts = picture, 0, 0
        written.mux(packet)
        for packet in read.demux(read.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = sound
                written.mux(packet)
    assert not _facts(path, MediaKind.AUDIO).has_picture
    assert _why(path) == "has sound only, no picture"


def test_damaged_films_cost_a_sentence_each(tmp_path: Path) -> None:
    good, process = write_recording(tmp_path / "good.mp4").read_bytes(), FilmProcess()

    def look(seed: int) -> str:
        path = tmp_path / f"{seed}.mp4"
        path.write_bytes(mutated(good, seed))
        try:
            return f"{process.inspect_recording(path, MediaKind.VIDEO).seconds} s"
        except InvalidRequest as refusal:
            return refusal.title

    told = [look(seed) for seed in range(4)]
    assert all(words.endswith(" s") or words.startswith(f"{seed}.mp4 ") for seed, words in enumerate(told)), told


@pytest.mark.parametrize("name", ["sound.wav", "film.mp4"])
def test_a_waveform_shows_where_it_is_loud(tmp_path: Path, name: str) -> None:
    path = write_recording(
        tmp_path / name, video=None if "wav" in name else "libx264", audio="pcm_s16le" if "wav" in name else "aac"
    )
    peaks = asyncio.run(LocalMedia().draw_waveform(path, buckets=10))
    assert len(peaks) == 10
    assert max(peaks[:5]) < 0.02
    assert peaks[6:9] == pytest.approx((0.5,) * 3, abs=0.03)


def test_more_parts_than_samples_are_drawn_too(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "sound.wav", seconds=0.04, video=None, audio="pcm_s16le")
    with path.open("rb") as file:
        peaks = draw_waveform(file, buckets=1000)
    assert len(peaks) == 1000
    assert all(0 <= peak <= 1 for peak in peaks)


def test_a_film_without_sound_has_no_waveform(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", audio=None)
    with path.open("rb") as file, pytest.raises(UnusableFile, match="has no sound"):
        draw_waveform(file, buckets=4)
