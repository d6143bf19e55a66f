"""Finding and replacing in a text."""

import time

import pytest

from sora_studio.viewmodels.compose.text_search import (
    Found,
    SearchRefused,
    TextSearch,
    find_all,
    replace_all,
    replacement_at,
)

TEXT = "Ferry at dawn.\nThe ferry (old) leaves 🛥️ the ferryman."


def parts(search: TextSearch, text: str = TEXT) -> list[str]:
    return [text[found.start : found.end] for found in find_all(search, text)]


def replaced(search: TextSearch, replacement: str, text: str) -> str:
    part, new, _ = replace_all(search, replacement, text)
    return text[: part.start] + new + text[part.end :]


def test_words_are_found_as_asked() -> None:
    assert parts(TextSearch("ferry")) == ["Ferry", "ferry", "ferry"]
    assert parts(TextSearch("ferry", match_case=True)) == ["ferry", "ferry"]
    assert parts(TextSearch("ferry", whole_words=True)) == ["Ferry", "ferry"]
    assert parts(TextSearch("(old)")) == ["(old)"]
    assert parts(TextSearch("(old)", whole_words=True)) == ["(old)"]
    assert parts(TextSearch("")) == []


def test_patterns_know_lines_and_groups() -> None:
    assert parts(TextSearch(r"^\w+", is_regex=True)) == ["Ferry", "The"]
    assert parts(TextSearch(r"f\w+|dawn", is_regex=True, match_case=True)) == ["dawn", "ferry", "ferryman"]
    assert replaced(TextSearch(r"(\w+) at (?P<when>\w+)", is_regex=True), r"\g<when>: \1", TEXT).startswith("dawn: Ferry.")
    assert replaced(TextSearch("^", is_regex=True), "- ", "a\nb") == "- a\n- b"


def test_words_are_replaced_as_they_are() -> None:
    assert replaced(TextSearch("ferry"), r"\1 boat", "ferry, Ferry") == r"\1 boat, \1 boat"
    assert replace_all(TextSearch("none"), "x", TEXT)[2] == 0
    search = TextSearch(r"(f)erry", is_regex=True)
    assert replacement_at(search, r"\1lag", TEXT, Found(0, 5)) == "Flag"
    assert replacement_at(search, r"\1lag", TEXT, Found(1, 5)) is None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [("(a", "missing )"), ("a)(", "at character 2"), ("[z-a]", "character range"), ("*", "nothing to repeat")],
)
def test_a_malformed_pattern_is_explained(pattern: str, reason: str) -> None:
    with pytest.raises(SearchRefused, match="not valid") as refused:
        find_all(TextSearch(pattern, is_regex=True, whole_words=True), TEXT)
    assert reason in str(refused.value)


@pytest.mark.parametrize("replacement", [r"\2", r"\g<none>", r"\g<"])
def test_a_malformed_replacement_is_explained(replacement: str) -> None:
    with pytest.raises(SearchRefused, match="replacement is not valid"):
        replace_all(TextSearch("(f)erry", is_regex=True), replacement, TEXT)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+c", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_catastrophic_pattern_is_given_up_in_time(pattern: str) -> None:
    began = time.perf_counter()
    with pytest.raises(SearchRefused, match="too long"):
        find_all(TextSearch(pattern, is_regex=True, match_case=True), "a" * 9_999 + "!")
    assert time.perf_counter() - began < 3
