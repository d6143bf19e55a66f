"""The errors of a profile's text: the reader's own first, and others that are certain."""

import random

import pytest

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.diagnosis import MOST_ERRORS, diagnose
from sora_studio.domain.models.read import read_file
from tests.doubles.models import HARBOUR, damaged, shipped_texts


def _errors(text: str, name: str = "harbour-1.toml") -> list[tuple[int, str]]:
    return [(error.line, error.reason) for error in diagnose(text, name).errors]


def _line(words: str, text: str = HARBOUR) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_a_sound_text_gives_its_profile() -> None:
    found = diagnose(HARBOUR, "harbour-1.toml")
    assert found.errors == ()
    assert found.profile == read_file(HARBOUR, "harbour-1.toml")


def test_each_broken_table_is_told_at_its_line() -> None:
    text = HARBOUR.replace('unit    = "s"', 'unti    = "s"').replace("required = true", "required = 1")
    text = text.replace('role  = "last"', 'role  = "lats"')
    lines = [line for line, _ in _errors(text)]
    assert lines == [_line("unti", text), _line("required = 1", text), _line('"lats"', text)]


def test_what_may_follow_from_another_error_is_not_told() -> None:
    """The rule names the option that is left out to read on."""
    text = HARBOUR.replace("required = true", "required = 1")
    assert [line for line, _ in _errors(text)] == [_line("required = 1", text)]


def test_errors_of_independent_tables_are_told_up_to_a_limit() -> None:
    rule = '[[rule]]\nwhen = { quality = "1080p" }\nsays = "x"\n'
    assert len(_errors(HARBOUR + rule * 3)) == 3
    assert len(_errors(HARBOUR + rule * 40)) == MOST_ERRORS


def test_a_text_that_is_no_toml_has_one_error() -> None:
    assert [line for line, _ in _errors(HARBOUR + "[[rule]\n[[rule]\n")] == [HARBOUR.count("\n") + 1]


def test_a_slug_that_is_not_the_files_is_told_at_its_line() -> None:
    words = "Its slug is 'harbour-1', so its name must be harbour-1.toml."
    assert _errors(HARBOUR, "quay.toml") == [(_line("slug "), words)]


def test_damaged_profiles_are_told_as_the_reader_does() -> None:
    rng = random.Random(1)
    for _ in range(60):
        slug, text = rng.choice(list(shipped_texts().items()))
        text, name = damaged(text, rng), f"{slug}.toml"
        found = diagnose(text, name)
        if found.errors:
            with pytest.raises(ProfileError) as caught:
                read_file(text, name)
            assert (found.errors[0].line, found.errors[0].reason) == (caught.value.line, caught.value.reason)
            assert all(0 < error.line <= text.count("\n") + 1 for error in found.errors[1:])
        else:
            assert found.profile == read_file(text, name)
