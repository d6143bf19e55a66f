"""How a paragraph is read: language, speech, beats, fixes and options in words."""

import pytest

from sora_studio.domain.writing.beats import segments, time_ranges
from sora_studio.domain.writing.fixes import removal, replacement
from sora_studio.domain.writing.inflections import inflections
from sora_studio.domain.writing.language import count_language, is_english
from sora_studio.domain.writing.option_checks import duration_words, resolution_words, shape_words
from sora_studio.domain.writing.phrases import tokenise
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.speech import masked, spoken_spans, spoken_words


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("pan", {"pan", "pans", "panned", "panning"}),
        ("glide", {"glide", "glides", "glided", "gliding"}),
        ("carry", {"carry", "carries", "carried", "carrying"}),
        ("push", {"push", "pushes", "pushed", "pushing"}),
        ("follow", {"follow", "follows", "followed", "following"}),
        ("in", {"in"}),
        ("35mm", {"35mm"}),
    ],
)
def test_inflections(word: str, forms: set[str]) -> None:
    assert set(inflections(word)) == forms


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("", True),
        ("Wide shot. Golden hour.", True),
        ("A café in the old town, déjà vu", True),
        ("She says “Guten Morgen” to the baker and turns around.", True),
        ("Ein Mann geht mit dem Hund durch den Wald", False),
        ("Un homme marche dans la rue avec son chien", False),
        ("镜头缓慢推进 slow", False),
    ],
)
def test_english_is_recognised(text: str, english: bool) -> None:
    assert is_english([count_language(tokenise(text))]) is english


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("He says: “Come in.” She nods.", ["“Come in.”"]),
        ('"Wait," she says, "please."', ['"Wait,"', '"please."']),
        ("MARA: Wait for me.", ["Wait for me."]),
        ("MARA (softly): Wait.", ["Wait."]),
        ("CAMERA: Slow push in.", []),
        ("The sign reads “OPEN”.", []),
        ("A poster says “Circus”.", []),
        ("她说：“别动。”", ["“别动。”"]),
        ("an unclosed “quote", []),
        ('a 5" lens', []),
    ],
)
def test_speech_is_told_from_what_is_written(text: str, spoken: list[str]) -> None:
    assert [text[start:end] for start, end in spoken_spans(text)] == spoken
    assert len(masked(text)) == len(text)


@pytest.mark.parametrize(("speech", "words"), [("“Don't go there.”", 3), ("“别动让我看”", 3.0), ("", 0)])
def test_spoken_words_are_counted(speech: str, words: float) -> None:
    assert spoken_words(speech) == pytest.approx(words, abs=0.05)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("0–4 s  Wide", [(0, 4)]),
        ("0-3s: A room. 3-7s: A door.", [(0, 3), (3, 7)]),
        ("[00:03-00:07] A hand", [(3, 7)]),
        ("Shot 1 (0–5 s): Extreme wide", [(0, 5)]),
        ("Shot 2, 4.5 to 8 seconds: Close", [(4.5, 8)]),
        ("0–4 秒：一条", [(0, 4)]),
        ("holds for 2–3 seconds", []),
        ("in 1914-18 the", []),
        ("8–4 s", []),
        ("3-5 dancers", []),
    ],
)
def test_time_ranges(text: str, ranges: list[tuple[float, float]]) -> None:
    assert [(times.begin_s, times.end_s) for times in time_ranges(text)] == ranges


def test_a_paragraph_falls_into_beats() -> None:
    text = "0-3 s: A room. Cut to a door. Shot 2: rain."
    parts = [text[start:end] for start, end in segments(text, time_ranges(text))]
    assert "".join(parts) == text
    assert parts == ["0-3 s: A room. ", "Cut to a door. ", "Shot 2: rain."]
    assert segments("", []) == [(0, 0)]


@pytest.mark.parametrize(
    ("text", "phrase", "instead", "mended"),
    [
        ("an amazing dog", "amazing", "", "a dog"),
        ("A nice old man", "nice", "", "An old man"),
        ("an amazing uniform", "amazing", "", "a uniform"),
        ("a stunning hour", "stunning", "", "an hour"),
        ("very old", "very", "", "old"),
        ("Very old. Very.", "Very", "", "Old. Very."),
        ("fog, masterpiece, sun", "masterpiece", "", "fog, sun"),
        ("fog, masterpiece", "masterpiece", "", "fog"),
        ("masterpiece", "masterpiece", "", ""),
        ("a Nike shoe", "Nike", "unbranded", "an unbranded shoe"),
        ("No wind today", "No wind", "still air", "Still air today"),
        ("with Nike shoes", "Nike", "unbranded", "with unbranded shoes"),
    ],
)
def test_fixes_leave_a_readable_sentence(text: str, phrase: str, instead: str, mended: str) -> None:
    start = text.index(phrase)
    end = start + len(phrase)
    fix = replacement(text, start, end, instead) if instead else removal(text, start, end)
    assert fix.applied(text) == mended


CHOSEN = PromptContext(facts={"duration_s": 10, "resolution": "720p", "aspect": "landscape"})


@pytest.mark.parametrize(
    "text",
    [
        "a 10-second clip", "a ten second video", "hold for 3 seconds", "a 5-second shot", "15 seconds later",
        "Shot 1, duration: 4 s", "720p", "16:9", "at 9:16 in the morning", "21:9 look", "a portrait of a woman", "room 1080",
        "a square frame on the wall", "landscape format", "a portrait shot", "1280x720",
    ],
)  # fmt: skip
def test_options_in_words_that_agree_or_mean_something_else_are_left_alone(text: str) -> None:
    assert [*duration_words(text, CHOSEN), *resolution_words(text, CHOSEN), *shape_words(text, CHOSEN)] == []


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("a 15-second clip", "a 10-second clip"),
        ("a fifteen second cinematic video", "a 10 second cinematic video"),
        ("Duration: 8 s", "Duration: 10 s"),
        ("the video lasts 20 seconds", "the video lasts 10 seconds"),
        ("a take 12 seconds long", "a take 10 seconds long"),
        ("in 4K, at night", "in 720p, at night"),
        ("1920x1080", "720p"),
        ("9:16 please", "16:9 please"),
        ("vertical video", "landscape video"),
    ],
)
def test_options_in_words_that_differ_are_mended(text: str, mended: str) -> None:
    (word,) = [*duration_words(text, CHOSEN), *resolution_words(text, CHOSEN), *shape_words(text, CHOSEN)]
    assert word.fix.applied(text) == mended


def test_what_is_not_chosen_contradicts_nothing() -> None:
    nothing = PromptContext()
    assert [*duration_words("a 15-second clip", nothing), *shape_words("9:16", nothing)] == []
    assert [word.chosen for word in resolution_words("in 4K", nothing)] == ["as the model makes it"]
