"""A difference is exact: it leads from the one text to the other, by whole words or graphemes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.difference import RunKind, difference
from sora_studio.domain.writing.tokens import split

TEXTS = st.text("ab c,.\n'猫犬。é\u0301👩\u200d🎬🇩🇪\ud800", max_size=60)


def told(before: str, after: str) -> list[str]:
    signs = {RunKind.SAME: "", RunKind.REMOVED: "−", RunKind.ADDED: "+"}
    return [f"{signs[run.kind]}{run.text}" for run in difference(before, after).runs]


@given(TEXTS, TEXTS)
def test_its_runs_are_both_texts_in_order(before: str, after: str) -> None:
    runs = difference(before, after).runs
    assert "".join(run.text for run in runs if run.kind is not RunKind.ADDED) == before
    assert "".join(run.text for run in runs if run.kind is not RunKind.REMOVED) == after
    for run in runs:
        assert run.kind is RunKind.ADDED or before.startswith(run.text, run.before)
        assert run.kind is RunKind.REMOVED or after.startswith(run.text, run.after)


@given(TEXTS)
def test_pieces_and_gaps_are_the_text(text: str) -> None:
    pieces = split(text)
    assert "".join(gap + word for gap, word in zip(pieces.gaps, [*pieces.words, ""], strict=True)) == text
    assert all(pieces.words)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("a red cat", "a blue cat", ["a ", "−red", "+blue", " cat"]),
        ("red, green, blue", "cyan, lime, blue", ["−red, green", "+cyan, lime", ", blue"]),
        ("it's wet", "it’s wet", ["−it's", "+it’s", " wet"]),
        ("one\n\ntwo", "one\ntwo", ["one", "−\n\n", "+\n", "two"]),
        ("猫は黒い。", "猫は白い。", ["猫は", "−黒", "+白", "い。"]),
        ("a 👩\u200d🎬 b", "a 👩 b", ["a ", "−👩\u200d🎬", "+👩", " b"]),
        ("🇩🇪🇫🇷", "🇩🇪🇯🇵", ["🇩🇪", "−🇫🇷", "+🇯🇵"]),
        ("", "new", ["+new"]),
        ("same", "same", ["same"]),
        ("", "", []),
    ],
)
def test_it_speaks_of_whole_words(before: str, after: str, runs: list[str]) -> None:
    assert told(before, after) == runs


def test_it_counts_words_and_names_the_first_that_came() -> None:
    found = difference("A pier at noon, in rain.", "A long pier at dawn, in the rain.")
    assert (found.added, found.removed, found.first_change) == (3, 1, "long")
    assert difference("猫は黒い", "猫は白黒い").added == 1


def test_a_long_text_without_spaces_is_aligned_by_sentences() -> None:
    sentences = ["".join(chr(0x4E00 + (17 * row + column) % 900) for column in range(24)) + "。" for row in range(120)]
    changed = [*sentences[:60], sentences[60].replace(sentences[60][3], "新", 1), *sentences[61:]]
    found = difference("".join(sentences), "".join(changed))
    assert [run.text for run in found.runs if run.kind is not RunKind.SAME] == [sentences[60][3], "新"]
