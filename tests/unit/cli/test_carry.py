from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]
FROM_KLING = ("carry", "--from", "kling-3-0-std", "--to", "sora-2")


def test_a_draft_arrives_with_its_nearest_values_and_what_fits(ask: Ask) -> None:
    answer = ask(*FROM_KLING, "--set", "duration=14", "--media", "first=a.png", "--media", "last=b.png", "--json")
    assert answer.code == 0
    row = answer.row
    assert list(row) == ["mode", "options", "media", "set_aside", "notes"]
    assert row["mode"] == "image-to-video"
    assert row["options"] == {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True}
    assert (row["media"], row["set_aside"]) == ({"first": ["a.png"]}, {"last": ["b.png"]})
    assert "Duration: 14 s becomes 10 s." in list(row["notes"])
    assert "b.png is set aside: Image to video of Sora 2 has no place for it." in list(row["notes"])


def test_names_come_back_as_they_were_given(ask: Ask) -> None:
    name = "https://x.example/a.png?token=1"
    assert ask(*FROM_KLING, "--media", f"first={name}", "--json").row["media"] == {"first": [name]}


def test_the_same_picture_twice_is_not_lost(ask: Ask) -> None:
    answer = ask(*FROM_KLING, "--media", "first=a.png", "--media", "first=a.png", "--json")
    assert (answer.row["media"], answer.row["set_aside"]) == ({"first": ["a.png", "a.png"]}, {})


def test_a_picture_that_is_first_and_last_keeps_both_roles_without_a_note(ask: Ask) -> None:
    roles = ["--media", "first=a.png", "--media", "last=a.png"]
    answer = ask("carry", "--from", "kling-3-0-std", "--to", "vidu-q3", *roles, "--json")
    assert answer.row["media"] == {"first": ["a.png"], "last": ["a.png"]}
    assert not [note for note in list(answer.row["notes"]) if "a.png" in note]


def test_the_mode_decides_what_a_reference_is(ask: Ask) -> None:
    roles = ["--mode", "reference-to-video", "--media", "reference=a.png", "--media", "video=b.mp4"]
    row = ask("carry", "--from", "wan-2-7-video", "--to", "seedance-2-0", *roles, "--json").row
    assert (row["mode"], row["media"]) == ("omni_reference", {"reference": ["a.png"], "video": ["b.mp4"]})


def test_without_json_it_reads_as_sentences(ask: Ask) -> None:
    lines = ask(*FROM_KLING, "--set", "duration=14", "--media", "last=b.png").out.splitlines()
    assert lines[0] == "Sora 2, Image to video"
    assert "  Duration: 10 s" in lines
    assert "Duration: 14 s becomes 10 s." in lines
    assert "  first: b.png" in lines
    assert "b.png: last becomes first." in lines


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "sora-9", "--to", "sora-2"], "There is no model 'sora-9'"),
        (["--from", "sora-2", "--to", "sora-9"], "There is no model 'sora-9'"),
        (["--from", "sora-2", "--to", "vidu-q3", "--mode", "dance"], "Sora 2 has no mode dance."),
        (["--from", "sora-2", "--to", "vidu-q3", "--set", "durtion=5"], "Text to video has no option durtion."),
        (["--from", "sora-2", "--to", "vidu-q3", "--media", "hat=a.png"], "There is no role 'hat'; a medium is first, last,"),
    ],
)
def test_names_that_do_not_exist_are_sentences(ask: Ask, arguments: list[str], words: str) -> None:
    answer = ask("carry", *arguments, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
