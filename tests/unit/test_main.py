"""The door of the program stands before everything else, so it hears what comes before anything else is there."""

from pathlib import Path

import pytest

from sora_studio.__main__ import main
from sora_studio.paths import NotAPath, data_dir


def test_an_interrupt_before_a_command_is_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sora_studio.cli.arguments.parse", interrupted)
    assert main(["tasks"]) == 130


@pytest.mark.parametrize("arguments", [[], ["tasks"], ["generate", "A cat"], ["key", "status"]])
@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("s3://bucket/data", "s3://bucket/data is in a bucket, not on this computer."),
        ("~no-such-user/data", "~no-such-user/data starts at a home folder that does not exist."),
        ("file:data", "file:data is not a full path."),
    ],
)
def test_a_data_folder_that_is_none_is_a_sentence_and_makes_no_folder(
    arguments: list[str],
    folder: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SORA_STUDIO_DATA_DIR", folder)
    if arguments:
        assert main(arguments) == 2
        assert capsys.readouterr() == ("", f"SORA_STUDIO_DATA_DIR: {words}\n")
    else:
        with pytest.raises(NotAPath):
            data_dir()
    assert list(tmp_path.iterdir()) == []
