import json

import pytest

from sora_studio.cli.report import ProgressBar, Report, UpdateNotice, describe, json_line, plain
from sora_studio.domain.clip import ClipState
from sora_studio.domain.task import TaskState
from tests.unit.cli.rows import clip, task

KEYS = ["id", "task_id", "state", "prompt", "files", "fail_code", "fail_message", "created_at", "completed_at"]


def test_a_json_line_has_exactly_the_promised_keys() -> None:
    line = json_line(task(TaskState.SUCCESS, clip(), clip(ClipState.REMOTE)))
    assert "\n" not in line
    found = json.loads(line)
    assert list(found) == KEYS
    assert found["files"] == [str(clip().path)]  # what is not saved is no file
    assert found["created_at"] == "2026-11-22T10:00:00.000+00:00"
    assert found["completed_at"] is None


def test_an_update_of_the_history_is_told_once_it_takes_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    now_s = 0.0
    notice = UpdateNotice(clock=lambda: now_s)
    for fraction in (0.0, 0.2, 0.4):
        notice.take(fraction)
        now_s += 0.4
    assert capsys.readouterr().err == ""
    for fraction in (0.6, 0.8, 1.0):
        notice.take(fraction)
    assert capsys.readouterr().err == "Updating your history for this version. A backup is kept.\n"


def test_text_from_outside_cannot_steer_a_terminal() -> None:
    evil = task(TaskState.FAILED, fail_code="X", fail_message="\x1b]0;owned\x07\x1b[2Jdone\r\n")
    assert not set(plain(describe(evil))) & {"\x1b", "\x07", "\r", "\n"}


def test_a_failure_says_what_to_do_and_keeps_the_services_words() -> None:
    words = describe(task(TaskState.FAILED, fail_code="CONTENT_VIOLATION", fail_message="No."))
    assert "Reword" in words
    assert "CONTENT_VIOLATION" in words
    assert "No." in words


def test_a_change_is_told_once_and_the_end_repeats_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True, bar=ProgressBar(drawn=False))
    for row in (task(number=2), task(number=1), task(number=2), task(TaskState.SENDING, number=2)):
        report.changed(row)
    report.end()
    out, err = capsys.readouterr()
    states = [(line["id"], line["state"]) for line in map(json.loads, out.splitlines())]
    assert states == [(2, "waiting"), (1, "waiting"), (2, "sending"), (1, "waiting"), (2, "sending")]
    assert len(err.splitlines()) == 3


def test_without_json_each_saved_path_stands_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=False, bar=ProgressBar(drawn=False))
    report.changed(task(TaskState.SUCCESS, clip(ClipState.DOWNLOADING)))
    for _ in range(2):
        report.changed(task(TaskState.SUCCESS, clip()))
    report.end()
    assert capsys.readouterr().out == f"{clip().path}\n"


def test_the_bar_is_gone_before_a_line_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar(drawn=True)
    bar.draw(0.5, "1 of 2 done")
    bar.say("saved")
    err = capsys.readouterr().err
    assert "[##############--------------] 1 of 2 done" in err
    assert err.endswith("\rsaved\n")
