"""The door of the program stands before everything else, so it hears what comes before anything else is there."""

import pytest

from sora_studio.__main__ import main


def test_an_interrupt_before_a_command_is_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sora_studio.cli.arguments.parse", interrupted)
    assert main(["tasks"]) == 130
