"""The log keeps no secret, whatever way one came into a record."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sora_studio.logs import COMMANDS_LOG, LEVEL_VARIABLE, redacted, start_logging, stop_logging

KEY = "sk-1234567890"
_log = logging.getLogger("some.part")


@pytest.fixture(autouse=True)
def restored_levels() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    yield
    stop_logging()
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET https://films.example/a.mp4?sig=abc&x=1 failed", "GET https://films.example/a.mp4?… failed"),
        ("see https://films.example/a.mp4#token", "see https://films.example/a.mp4?…"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        (f"header {KEY!r}", "header '…'"),
        ("nothing to hide?", "nothing to hide?"),
    ],
)
def test_secrets_are_taken_out(text: str, kept: str) -> None:
    assert redacted(text, KEY) == kept


def test_a_key_with_a_backslash_is_taken_out_of_an_error_too() -> None:
    key = "sk-back\\slash"
    assert redacted(str(KeyError(key)), key) == "'…'"


def test_all_secrets_are_taken_out_and_nothing_is_left_of_the_longer_one() -> None:
    assert redacted("secret-1 secret-1-and-more, short", "secret-1", None, "secret-1-and-more", "", "short") == "… …, short"


@pytest.mark.parametrize(("given", "level"), [("DEBUG", logging.DEBUG), ("warning", logging.WARNING), ("loud", logging.INFO)])
def test_the_environment_says_how_much_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, level: int
) -> None:
    monkeypatch.setenv(LEVEL_VARIABLE, given)
    start_logging(tmp_path, tuple, file_name=COMMANDS_LOG, console=False)
    assert logging.getLogger().level == level


def test_a_traceback_is_redacted_too(tmp_path: Path) -> None:
    start_logging(tmp_path / "logs", lambda: (KEY,), file_name=COMMANDS_LOG, console=False)
    try:
        raise ValueError(f"bad header {KEY}")
    except ValueError:
        _log.info("It failed", exc_info=True)
    written = (tmp_path / "logs" / COMMANDS_LOG).read_text(encoding="utf-8")
    assert "ValueError: bad header …" in written
    assert KEY not in written


@pytest.mark.parametrize("in_the_way", ["logs", f"logs/{COMMANDS_LOG}/folder"])
def test_a_file_that_cannot_be_made_is_said_and_not_fatal(
    tmp_path: Path, in_the_way: str, capsys: pytest.CaptureFixture[str], expect_log: Callable[[str], None]
) -> None:
    expect_log("No log file")
    (tmp_path / in_the_way).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / in_the_way).touch()
    start_logging(tmp_path / "logs", tuple, file_name=COMMANDS_LOG, console=False)
    assert "No log file" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_costs_the_log_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / COMMANDS_LOG).symlink_to("/dev/full")
    start_logging(tmp_path, tuple, file_name=COMMANDS_LOG, console=False)
    _log.info("lost")
    stop_logging()
    assert capsys.readouterr().err == ""
