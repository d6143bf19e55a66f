"""An outline is the text itself in pieces, and moving a beat changes nothing else."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.beat_times import TimeIssueKind, check_times, move_beat
from sora_studio.domain.writing.outline import Beat, Part, Prose, pieces_of, read_outline

HARBOUR = """\
35mm film.

Style
Grain, cool palette.

SCENE: Slow dolly in.
## Light
Golden hour.
Beats
0–4 s   Wide, the pier empty.
4–8 s   He stops;
        the rope drips.
8–10 s  The lantern rises.

Mood   warm, patient
Sound   gulls far off."""

HEADINGS = ["Style", "scene:", "## Camera\r", "**Light:** ", "Mood   warm", "Shot 2", "shot 3 (0-4s): ", "Sound of rain"]
TIMES = ["0–4 s ", "4-8s", "- 00:00–00:04 ", "[8-10 s]", "12 to 14 seconds x", "10–4 s", "2–3 people", "0,5–2 s:", "9-:"]
SIGNS = ["\n", "\r\n", "\r", "\n\n", "\u2028", "\x0b", "\u2029", "\x85", " ", "\t", "🌧️", "שלום", "a", "\ufeff"]
PIECES = st.sampled_from([*HEADINGS, *TIMES, *SIGNS])


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
def test_every_text_is_its_own_outline(text: str) -> None:
    outline = read_outline(text)
    assert outline.text == text
    at = 0
    for piece in pieces_of(outline):
        assert piece.start == at
        assert piece.text
        at += len(piece.text)
    assert at == len(text)


def test_headings_and_beats_are_found_as_people_write_them() -> None:
    outline = read_outline(HARBOUR)
    assert [section.heading.title if section.heading else "" for section in outline.sections] == [
        *("", "Style", "Scene", "Light", "Beats", "Mood", "Sound")
    ]
    assert [(beat.label, beat.length_s, beat.share(10)) for beat in outline.beats] == [
        *(("0–4 s", 4, 0.4), ("4–8 s", 4, 0.4), ("8–10 s", 2, 0.2))
    ]
    assert outline.beats[1].text == "4–8 s   He stops;\n        the rope drips.\n"
    assert outline.sections[4].seconds == 10
    assert outline.sections[5].blocks == (Prose(HARBOUR.index("warm"), "warm, patient\n"),)


@pytest.mark.parametrize(
    ("line", "part", "number", "rest"),
    [
        ("style", Part.STYLE, None, ""),
        ("  LIGHTING : soft", None, None, ""),
        ("**Dialogue:** she says", Part.DIALOGUE, None, "she says"),
        ("**Dialogue**: she says", Part.DIALOGUE, None, "she says"),
        ("### Audio", Part.SOUND, None, ""),
        ("Shot 12: wide", Part.SHOT, 12, "wide"),
        ("SHOT 3 – wide", Part.SHOT, 3, "wide"),
        ("Shot 2 (4–8 s): wide", Part.SHOT, 2, "(4–8 s): wide"),
        ("Camera\tdolly in", Part.CAMERA, None, "dolly in"),
        ("Light falls on the pier", None, None, ""),
        ("Sound of rain", None, None, ""),
        ("Shot 1 opens on a pier", None, None, ""),
        ("Scene – a pier", None, None, ""),
        ("Lights: out", None, None, ""),
    ],
)
def test_what_is_a_heading(line: str, part: Part | None, number: int | None, rest: str) -> None:
    (section,) = read_outline(line).sections
    if part is None:
        assert section.heading is None
        return
    assert section.heading is not None
    assert (section.heading.part, section.heading.number) == (part, number)
    assert "".join(block.text for block in section.blocks) == rest


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("0–4 s wide", (0, 4)),
        ("0-4s", (0, 4)),
        ("0 – 4 s: wide", (0, 4)),
        ("00:00–00:04 wide", (0, 4)),
        ("[01:02.5-01:04] wide", (62.5, 64)),
        ("(0–4) wide", (0, 4)),
        ("- 0.5 to 2 seconds wide", (0.5, 2)),
        ("2. 0,5s–2s wide", (0.5, 2)),
        ("**0–4 s** wide", (0, 4)),
        ("10–4 s wide", (10, 4)),
        ("0-3: wide", (0, 3)),
        ("2–3 people walk", None),
        ("24–70 mm lens", None),
        ("holds for 2–3 s", None),
        ("0–4 sails", None),
        ("1990–1994", None),
    ],
)
def test_what_is_a_beat(line: str, times: tuple[float, float] | None) -> None:
    (section,) = read_outline(line).sections
    (block,) = section.blocks
    assert (isinstance(block, Beat) and (block.begin_s, block.end_s)) == (times or False)


def test_a_moved_beat_takes_its_words_and_its_length_along() -> None:
    edit = move_beat(read_outline(HARBOUR), 2, 0)
    assert edit is not None
    assert edit.apply(HARBOUR) == HARBOUR.replace(
        """\
0–4 s   Wide, the pier empty.
4–8 s   He stops;
        the rope drips.
8–10 s  The lantern rises.
""",
        """\
0–2 s  The lantern rises.
2–6 s   Wide, the pier empty.
6–10 s   He stops;
        the rope drips.
""",
    )
    assert edit.apply(HARBOUR)[edit.caret :].startswith("0–2 s  The lantern")


def test_times_are_written_in_each_beats_own_way_and_pauses_stay() -> None:
    text = "[00:00-00:04] a\r\n\r\nShot 2\r\n5,5-7,0s b\r\n9–10 s c"
    edit = move_beat(read_outline(text), 0, 1)
    assert edit is not None
    assert edit.apply(text) == "0-1,5s b\r\n\r\nShot 2\r\n[00:03-00:07] a\r\n9–10 s c"
    last = move_beat(read_outline(text), 2, 1)
    assert last is not None
    assert last.apply(text).endswith("Shot 2\r\n5.5–6.5 s c\r\n8,5-10s b")


BEATS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.sampled_from(["\n", "\r\n", "\n\nShot 2\n"])), min_size=2)


@given(BEATS, st.data())
def test_a_move_and_the_move_back_leave_the_text_as_it_was(beats: list[tuple[int, int, str]], data: st.DataObject) -> None:
    at, text = 0, ""
    for number, (pause, length, end) in enumerate(beats):
        at += pause
        text += f"{at}–{at + length} s beat {number}{end}"
        at += length
    text = text.rstrip()
    outline = read_outline(text)
    source, target = (data.draw(st.integers(0, len(beats) - 1)) for _ in range(2))
    edit = move_beat(outline, source, target)
    if edit is None:
        assert source == target
        return
    moved = read_outline(edit.apply(text))
    assert sorted(beat.length_s for beat in moved.beats) == sorted(beat.length_s for beat in outline.beats)
    assert all(one.end_s <= other.begin_s for one, other in itertools.pairwise(moved.beats))
    assert moved.beats[-1].end_s == outline.beats[-1].end_s
    back = move_beat(moved, target, source)
    assert back is not None
    assert back.apply(moved.text) == text


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("0–4 s a\n4–10 s b", []),
        ("no beats", []),
        ("1–4 s a\n6–10 s b", [("gap", "Nothing is written for 0–1 s."), ("gap", "Nothing is written for 4–6 s.")]),
        ("0–4 s a\n3–10 s b", [("overlap", "3–10 s overlaps what comes before by 1 s.")]),
        ("0–4 s a\n4–12.5 s b", [("beyond", "4–12.5 s goes 2.5 s beyond the clip of 10 s.")]),
        ("0–4 s a\n10–4 s b", [("backwards", "10–4 s ends before it begins."), ("gap", "Nothing is written for 4–10 s.")]),
        ("Shot 1\n0–4 s a\nShot 2\n0–6 s b", []),
        ("Shot 1\n0–4 s a\nShot 2\n0–7 s b", [("beyond", "0–7 s goes 1 s beyond the clip of 10 s.")]),
    ],
)
def test_gaps_overlaps_and_what_goes_beyond_the_clip_are_told(text: str, issues: list[tuple[str, str]]) -> None:
    found = check_times(read_outline(text), 10)
    assert [(issue.kind.value, issue.message) for issue in found] == issues
    assert all(read_outline(text).text[issue.start : issue.end][0].isdigit() for issue in found)
    assert not [issue for issue in check_times(read_outline(text), None) if issue.kind is TimeIssueKind.BEYOND]


def test_ten_thousand_characters_are_read_at_once() -> None:
    text = "".join(f"Shot {number}\n{number}–{number + 1} s a lantern rises over the pier, slowly\n" for number in range(200))
    began = time.perf_counter()
    assert len(read_outline(text).beats) == 200
    assert len(read_outline("0-4 s " + "x\n" * 5000).beats) == 1
    assert time.perf_counter() - began < 0.5
