"""The watch over the log is what keeps warnings out, so it is proved to bite."""

import logging
import re
from collections.abc import Callable

import pytest

from tests.conftest import LogWatch

_log = logging.getLogger("some.part")


@pytest.fixture
def watch() -> LogWatch:
    return LogWatch()


def _logged(watch: LogWatch, level: int, message: str) -> None:
    record = logging.LogRecord("some.part", level, "file.py", 1, message, None, None)
    if record.levelno >= watch.level:
        watch.handle(record)


def test_an_unexpected_warning_is_a_complaint(watch: LogWatch) -> None:
    _logged(watch, logging.WARNING, "the disk is odd")
    _logged(watch, logging.INFO, "all is well")
    assert watch.complaints() == ["not expected: WARNING some.part: the disk is odd"]


def test_an_expectation_that_nothing_met_is_a_complaint(watch: LogWatch) -> None:
    watch.expected.append(re.compile("disk"))
    assert watch.complaints() == ["expected, never logged: disk"]


def test_what_was_expected_passes(expect_log: Callable[[str], None]) -> None:
    expect_log("ERROR some.part: the disk is odd")
    _log.error("the disk is odd")
