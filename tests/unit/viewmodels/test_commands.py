"""Commands are found by the beginnings of their words."""

import pytest

from sora_studio.viewmodels.commands import Command, matching

COMMANDS = [Command(words, lambda: None) for words in ("Show the library", "Settings", "Pause sending", "Select all clips")]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["Show the library", "Settings", "Pause sending", "Select all clips"]),
        ("s", ["Show the library", "Settings", "Select all clips", "Pause sending"]),
        ("SEND pa", ["Pause sending"]),
        ("all sel", ["Select all clips"]),
        ("ettings", []),
    ],
)
def test_every_typed_word_begins_a_word(typed: str, expected: list[str]) -> None:
    assert [command.words for command in matching(COMMANDS, typed)] == expected
