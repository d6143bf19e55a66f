"""What is said about a film or sound."""

import pytest

from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording
from tests.doubles.compose_studio import A_FILM

SENT = MediaFacts("mp4", 4_200_000, 1280, 720, seconds=12.0)


def seen(edit: FilmEdit, sent: MediaFacts | None, **more: object) -> SeenRecording:
    return SeenRecording(MediaKind.VIDEO, edit, A_FILM, sent=sent, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "sent", "said"),
    [
        (FilmEdit(), SENT, []),
        (FilmEdit(Trim(1, 20)), MediaFacts("mp4", None, 1280, 720, seconds=11.0), ["Cut to 1 s – 12 s"]),
        (
            FilmEdit(convert=True),
            MediaFacts("mov", None, 640, 360, seconds=12.0),
            ["Scaled to 640 × 360", "Converted from MP4 to MOV"],
        ),
        (FilmEdit(convert=True), MediaFacts("mp4", None, 1280, 720, seconds=12.0), ["Encoded anew"]),
    ],
)
def test_every_change_is_said_and_that_a_copy_is_made(edit: FilmEdit, sent: MediaFacts, said: list[str]) -> None:
    assert recording_words.changes(seen(edit, sent)) == [
        *said,
        "Hidden details are removed",
        "A copy is made before it is sent",
    ]


def test_marks_are_about_what_is_sent() -> None:
    def icon(one: SeenRecording) -> str | None:
        mark = recording_words.mark(one)
        return mark.icon if mark else None

    assert icon(seen(FilmEdit(), SENT)) is None
    assert icon(seen(FilmEdit(Trim(0, 3)), SENT)) == "cut"
    assert icon(seen(FilmEdit(convert=True), SENT)) == "refresh"
    assert icon(seen(FilmEdit(), None, problem="It is too long.")) == "error"
    assert icon(seen(FilmEdit(), None, note="It will be checked again.")) == "clock"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"min_s": 2.0, "max_s": 15.0}, "Harbour takes 2 to 15 s."),
        ({"max_s": 30.0, "max_bytes": 50_000_000}, "Harbour takes up to 30 s, up to 50 MB."),
        ({"formats": ("mp3", "wav"), "total_max_s": 15.0}, "Harbour takes MP3 or WAV, up to 15 s together."),
        ({}, ""),
    ],
)
def test_the_models_limits_are_named(limits: dict[str, object], said: str) -> None:
    slot = MediaSlot(Role.VIDEO, MediaKind.VIDEO, "video_urls", ("m",), **limits)  # type: ignore[arg-type]
    assert recording_words.limits(slot, "Harbour").replace("\N{NO-BREAK SPACE}", " ") == said


def test_copies_are_offered_by_name() -> None:
    assert recording_words.ways_out(["/films/walk.mkv"]) == "Open walk.mkv to send a copy that fits."
    assert recording_words.ways_out(["/a/1.mkv", "/a/2.mkv"]) == "Open 1.mkv and 2.mkv to send copies that fit."
