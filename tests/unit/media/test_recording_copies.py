"""The copy that is published: without metadata, cut to the frame, within the limits; made elsewhere, and whole or not there."""

import asyncio
import hashlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from sora_studio.domain.errors import InvalidRequest, PassingError, StorageFull, StudioError
from sora_studio.domain.file_kinds import HEAD_BYTES, MP4, kind_of
from sora_studio.domain.film_edit import FilmEdit, PreparedFile, Trim
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.domain.recording import RecordingFacts
from sora_studio.media import copy_child
from sora_studio.media.copy_file import CopyFile
from sora_studio.media.copy_plan import plan_copy
from sora_studio.media.copy_process import CopyProcess
from sora_studio.media.copy_progress import CopyProgress
from sora_studio.media.copy_queue import CopyQueue
from sora_studio.media.local import LocalMedia
from sora_studio.media.recording import inspect_recording
from tests.doubles.films import SIZE
from tests.doubles.mutations import mutated
from tests.doubles.recordings import LEFT_BY_ENCODERS, SECRETS, TOLD, shown_numbers, turn_on_its_side, write_recording

FILM = MediaSlot(Role.VIDEO, MediaKind.VIDEO, "video_urls", ("m",))
SOUND = MediaSlot(Role.AUDIO, MediaKind.AUDIO, "audio_urls", ("m",))
AS_IS, CONVERT = FilmEdit(), FilmEdit(convert=True)
RECORDINGS = {
    "mp4": ("libx264", "aac"),
    "mov": ("libx264", "aac"),
    "webm": ("libvpx", "libopus"),
    "mkv": ("libx264", "aac"),
    "ts": ("libx264", "aac"),
    "avi": ("mpeg4", "libmp3lame"),
    "mp3": (None, "libmp3lame"),
    "wav": (None, "pcm_s16le"),
    "m4a": (None, "aac"),
    "flac": (None, "flac"),
}
OPENED = (3, 14, 22)
"""Seeds that damage a film so little that it can be opened."""


def _prepare(
    path: Path, edit: FilmEdit, slot: MediaSlot, told: list[float] | None = None, copies: CopyQueue | None = None
) -> PreparedFile:
    """Into the folder `copies` beside the file."""
    told = [] if told is None else told
    media = LocalMedia(copies=copies)
    return asyncio.run(media.prepare_recording(path, edit, slot, path.parent / "copies", told.append))


def _copied(path: Path, edit: FilmEdit, slot: MediaSlot) -> Path:
    """The same copy, made in this process, which takes a tenth of the time."""
    copy = path.with_name(f"copy{len(list(path.parent.iterdir()))}")
    with path.open("rb") as file, copy.open("w+b", buffering=0) as written:
        plan = plan_copy(path, inspect_recording(file, slot.kind), edit, slot)
        progress = CopyProgress(io.BytesIO())
        copy_child.make_copy(file, CopyFile(written, progress), plan, progress)
    return copy


def _made(path: Path, command: Sequence[str] = (), *, edit: FilmEdit = AS_IS, stalled_after_s: float = 60.0) -> PreparedFile:
    """By the process alone, of a film that is known to be good."""
    facts = RecordingFacts("mp4", path.stat().st_size, 0.2, "h264", "aac", *SIZE, "yuv420p", has_picture=True)
    process = CopyProcess(lambda _: None, command, stalled_after_s=stalled_after_s)
    return process.make(path, plan_copy(path, facts, edit, FILM), FILM, path.parent / "copies")


def _left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "copies").iterdir())


def _child(script: str) -> list[str]:
    """The copying process, after it has run `script`; `copy_child` is its module."""
    source = str(Path(copy_child.__file__).parents[2])
    begin = f"import sys; sys.path.insert(0, {source!r})\nfrom sora_studio.media import copy_child\n"
    return [sys.executable, "-I", "-c", f"{begin}{script}\ncopy_child.main(sys.argv[1:])"]


def _streams(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        told = [container.metadata, *(stream.metadata for stream in container.streams)]
        return {
            "streams": [
                (stream.type, stream.codec_context.codec.canonical_name if stream.codec_context else "")
                for stream in container.streams
            ],
            "told": {key for each in told for key in each},
            "chapters": container.chapters(),
        }


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_copy_has_the_same_streams_and_nothing_else(tmp_path: Path, name: str) -> None:
    video, audio = RECORDINGS[name]
    path = write_recording(tmp_path / f"it.{name}", video=video, audio=audio, told=TOLD)
    copy = _copied(path, AS_IS, FILM if video else SOUND)
    before, after = _streams(path), _streams(copy)
    assert after["streams"] == [stream for stream in before["streams"] if stream[0] in {"video", "audio"}]
    assert not [secret for secret in SECRETS if secret in copy.read_bytes()]
    assert after["told"] <= LEFT_BY_ENCODERS
    assert not after["chapters"]
    if video:
        assert shown_numbers(copy) == shown_numbers(path)


def test_a_copy_is_named_by_its_content_and_progress_goes_to_its_end(tmp_path: Path) -> None:
    path, told = write_recording(tmp_path / "film.mp4", told=TOLD), list[float]()
    made = _prepare(path, FilmEdit(Trim(0, 0.5)), FILM, told)
    content = made.path.read_bytes()
    assert made == PreparedFile(
        tmp_path / "copies" / f"{made.fingerprint}.mp4", "video/mp4", len(content), hashlib.sha256(content).hexdigest()
    )
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert _left_in(tmp_path) == [made.path.name]


def test_a_film_whose_frames_are_stored_out_of_order_keeps_them_all_in_another_container(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mkv", reordered=3)
    copy = _copied(path, CONVERT, replace(FILM, formats=("mp4",)))
    assert kind_of(copy.read_bytes()[:HEAD_BYTES]) is MP4
    with av.open(str(path)) as before, av.open(str(copy)) as after:
        times = [[frame.time for frame in container.decode(video=0)] for container in (before, after)]
    assert times[1] == pytest.approx(times[0], abs=0.001)
    assert shown_numbers(copy) == list(range(25))


@pytest.mark.parametrize("name", ["mp4", "mkv", "ts"])
def test_hevc_loses_what_its_encoder_says_and_no_frame(tmp_path: Path, name: str) -> None:
    path = write_recording(tmp_path / f"film.{name}", seconds=0.4, video="libx265", audio=None, reordered=2)
    copy = _copied(path, AS_IS, FILM)
    assert b"x265" in path.read_bytes()
    assert b"x265" not in copy.read_bytes()
    assert shown_numbers(copy) == list(range(10))


def test_equal_content_is_one_file(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", told=TOLD)
    again = write_recording(tmp_path / "again.mp4")
    first, second = _made(path), _made(again)
    assert first == second
    assert _left_in(tmp_path) == [first.path.name]


def test_what_a_killed_program_left_behind_is_removed_a_day_later(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    left, new = tmp_path / "copies" / ".copy-left", tmp_path / "copies" / ".copy-new"
    left.parent.mkdir()
    for half in (left, new):
        half.write_bytes(b"half a film")
    os.utime(left, (0, 0))
    assert _left_in(tmp_path) == [".copy-left", ".copy-new"]
    made = _made(path)
    assert _left_in(tmp_path) == [".copy-new", made.path.name]


def test_a_film_made_on_its_side_stays_so_as_a_copy_and_stands_upright_when_encoded(tmp_path: Path) -> None:
    path = turn_on_its_side(write_recording(tmp_path / "film.mp4"))
    with av.open(str(_copied(path, AS_IS, FILM))) as container:
        frame = next(container.decode(video=0))
        assert ((frame.width, frame.height), frame.rotation) == (SIZE, -90)
    with av.open(str(_copied(path, FilmEdit(Trim(0, 0.2)), FILM))) as container:
        frame = next(container.decode(video=0))
        assert ((frame.width, frame.height), frame.rotation) == ((SIZE[1], SIZE[0]), 0)
        picture = frame.to_image()
    assert picture.getpixel((10, 170)) == pytest.approx((90, 60, 140), abs=12)
    assert max(picture.getpixel((170, 170))) < 40, "the black blocks of the top have gone to the right-hand side"


@pytest.mark.parametrize("name", ["mp4", "mkv"])
def test_a_trim_is_exact_to_the_frame_and_to_the_sample(tmp_path: Path, name: str) -> None:
    video, audio = RECORDINGS[name]
    path = write_recording(tmp_path / f"film.{name}", seconds=2, video=video, audio=audio, keyframes=20)
    copy = _copied(path, FilmEdit(Trim(1.2, 1.6)), FILM)
    assert shown_numbers(copy) == list(range(30, 40))
    with av.open(str(copy)) as container:
        assert next(container.decode(video=0)).pts == 0
        lengths = [float((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams]
    assert lengths == pytest.approx([0.4, 0.4], abs=0.001)
    assert copy.read_bytes().index(b"moov") < copy.read_bytes().index(b"mdat")


def test_a_trim_begins_with_the_frame_that_is_displayed_then(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", audio=None)
    copy = _copied(path, FilmEdit(Trim(0.23, 0.33)), FILM)
    with av.open(str(copy)) as container:
        times = [frame.time for frame in container.decode(video=0)]
        length = container.duration
    assert shown_numbers(copy) == [5, 6, 7, 8]
    assert times == pytest.approx([0, 0.01, 0.05, 0.09], abs=0.0005)
    assert length == pytest.approx(100_000, abs=1000)


def test_a_sound_is_cut_where_it_begins(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "sound.wav", video=None, audio="pcm_s16le")
    copy = _copied(path, FilmEdit(Trim(0.5, 0.75)), SOUND)
    with av.open(str(copy)) as copied, av.open(str(path)) as whole:
        samples = b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in copied.decode(audio=0))
        all_samples = b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in whole.decode(audio=0))
    assert samples == all_samples[24_000 * 4 : 36_000 * 4]


@pytest.mark.parametrize("name", ["webm", "avi"])
def test_a_film_is_converted_into_the_limits(tmp_path: Path, name: str) -> None:
    video, audio = RECORDINGS[name]
    path = write_recording(tmp_path / f"film.{name}", video=video, audio=audio, told=TOLD)
    slot = replace(FILM, formats=("mp4",), max_side=160, max_bytes=40_000)
    with pytest.raises(InvalidRequest, match="the service takes MP4"):
        _copied(path, AS_IS, slot)
    copy = _copied(path, CONVERT, slot)
    content = copy.read_bytes()
    assert len(content) <= 40_000
    assert not [secret for secret in (*SECRETS, b"Lavc") if secret in content]
    with av.open(str(copy)) as container:
        [picture, sound] = container.streams
        assert (picture.codec_context.name, picture.width, picture.height, picture.pix_fmt) == ("h264", 160, 90, "yuv420p")
        assert sound.codec_context.name == "aac"
        assert container.duration == pytest.approx(1_000_000, abs=60_000)


@pytest.mark.parametrize(("formats", "codec"), [(("mp3", "wav"), "mp3"), (("wav",), "pcm_s16le")])
def test_a_sound_is_converted(tmp_path: Path, formats: tuple[str, ...], codec: str) -> None:
    path = write_recording(tmp_path / "film.mp4")
    copy = _copied(path, CONVERT, replace(SOUND, formats=formats))
    assert _streams(copy)["streams"] == [("audio", codec)]
    with copy.open("rb") as file:
        facts = inspect_recording(file, MediaKind.AUDIO)
    assert facts.seconds == pytest.approx(1.0, abs=0.03)
    assert facts.format in formats


def test_without_an_encoder_for_mp3_a_sound_becomes_a_wav(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "sound.flac", video=None, audio="flac")
    lacking = """
from sora_studio.media import reencode
def check_encoder(codec):
    if codec != "pcm_s16le":
        raise reencode.EncoderMissing(codec)
reencode.check_encoder = check_encoder
"""
    made = _prepare(path, CONVERT, replace(SOUND, formats=("mp3", "wav")), copies=CopyQueue(_child(lacking)))
    assert made.media_type == "audio/wav"
    film = write_recording(tmp_path / "film.mp4")
    with pytest.raises(StudioError, match="This system cannot convert the file"):
        _prepare(film, FilmEdit(Trim(0, 0.5)), FILM, copies=CopyQueue(_child(lacking)))


def test_a_film_that_changes_its_size_on_the_way_has_one_as_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    parts = [write_recording(tmp_path / f"{size[0]}.ts", seconds=0.4, audio=None, size=size) for size in (SIZE, (640, 360))]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    copy = _copied(path, CONVERT, replace(FILM, formats=("mp4",)))
    with av.open(str(copy)) as container:
        assert {(frame.width, frame.height) for frame in container.decode(video=0)} == {SIZE}


# --- what may go wrong --------------------------------------------------------------------------------------------------


def test_a_cancelled_copy_leaves_nothing_and_the_next_one_is_made(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4")
    endless = """
def wait(file, output, plan, progress):
    output.opened().write(b"half a film")
    while True:
        progress.report(0.5)
copy_child.make_copy = wait
"""

    async def story() -> None:
        begun, told = asyncio.Event(), list[float]()
        media = LocalMedia(copies=CopyQueue(_child(f"import os\n{endless}")))
        work = media.prepare_recording(path, AS_IS, FILM, tmp_path / "copies", lambda part: (told.append(part), begun.set()))
        task = asyncio.create_task(work)
        await begun.wait()
        assert len(_left_in(tmp_path)) == 1, "the unfinished copy"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert _left_in(tmp_path) == []
        count = len(told)
        await media.inspect_recording(path, MediaKind.VIDEO)
        assert len(told) == count, "nothing is told any more"

    asyncio.run(story())


def test_a_copy_waits_for_its_turn_and_posters_do_not(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4")

    async def story() -> None:
        begun = asyncio.Event()
        script = "def wait(*_):\n    while True: _[-1].report(0.5)\ncopy_child.make_copy = wait"
        media = LocalMedia(copies=CopyQueue(_child(script)))
        folder = tmp_path / "copies"
        first = asyncio.create_task(media.prepare_recording(path, AS_IS, FILM, folder, lambda _: begun.set()))
        await begun.wait()
        later = list[float]()
        second = asyncio.create_task(media.prepare_recording(path, AS_IS, FILM, folder, later.append))
        assert (await media.draw_film(path, max_edge=64)).width == 64
        await media.save_poster(path, tmp_path / "poster.jpg", max_edge=64)
        assert not later
        for task in (second, first):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert _left_in(tmp_path) == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("harm", "error", "words"),
    [
        ("import os; os.kill(os.getpid(), 9)", PassingError, "could not be made just now"),
        ("import os; os.abort()", InvalidRequest, "film.mp4 is damaged and cannot be read to its end"),
        ("raise ValueError", InvalidRequest, "film.mp4 is damaged and cannot be read to its end"),
        ("import time; time.sleep(60)", PassingError, "could not be made just now"),
    ],
)
def test_a_process_that_ends_or_hangs_costs_a_sentence(tmp_path: Path, harm: str, error: type[StudioError], words: str) -> None:
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    script = f"def harm(*_):\n    {harm}\ncopy_child.make_copy = harm"
    with pytest.raises(error, match=words):
        _made(path, _child(script), stalled_after_s=0.8)
    assert _left_in(tmp_path) == []


@pytest.mark.parametrize("command", [["no such program"], [sys.executable, "-c", "raise SystemExit(3)"]])
def test_a_process_that_does_not_start_blames_no_film(tmp_path: Path, command: Sequence[str]) -> None:
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    with pytest.raises(PassingError):
        _made(path, command)
    assert _left_in(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    full = """
import errno
class Full:
    def __init__(self, file): self.file, self.left = file, 2000
    def __getattr__(self, name): return getattr(self.file, name)
    def write(self, content):
        self.left -= len(content)
        if self.left < 0: raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(content)
usual = copy_child.CopyFile
copy_child.CopyFile = lambda file, progress: usual(Full(file), progress)
"""
    for edit in (AS_IS, FilmEdit(Trim(0, 0.1))):
        with pytest.raises(StorageFull):
            _made(path, _child(full), edit=edit)
    assert _left_in(tmp_path) == []


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    (tmp_path / "copies").touch()
    with pytest.raises(StudioError, match="The copy cannot be written"):
        _made(path)


def test_damaged_films_become_whole_copies_or_sentences(tmp_path: Path) -> None:
    good = write_recording(tmp_path / "good.mp4", seconds=0.6).read_bytes()

    def look(seed: int) -> str:
        path = tmp_path / f"{seed}.mp4"
        path.write_bytes(mutated(good, seed))
        try:
            made = _prepare(path, AS_IS if seed % 2 else FilmEdit(Trim(0.1, 0.3)), FILM)
        except StudioError as refusal:
            return refusal.title
        return "whole" if hashlib.sha256(made.path.read_bytes()).hexdigest() == made.fingerprint else "half"

    told = {seed: look(seed) for seed in OPENED}
    assert all(words == "whole" or words.startswith(f"{seed}.mp4 ") for seed, words in told.items()), told
    assert "whole" in told.values()
    assert not [name for name in _left_in(tmp_path) if name.startswith(".")]


def test_the_process_knows_no_name_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_STUDIO_API_KEY", "sk-secret")
    path = write_recording(tmp_path / "film.mp4", seconds=0.2)
    script = """
import os
from sora_studio.domain.recording import UnusableFile
def look(*_):
    told = [name for name in os.environ if "SORA_STUDIO" in name] + [word for word in sys.argv if "film" in word]
    raise UnusableFile(f"knows {told}")
copy_child.make_copy = look
"""
    with pytest.raises(InvalidRequest, match=r"knows \[\]"):
        _made(path, _child(script))
