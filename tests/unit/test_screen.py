"""Benchmarks that open windows work on a machine without a display, and fail in a sentence."""

import os
import sys
from pathlib import Path

import pytest

from tests.benchmarks import screen
from tests.benchmarks.screen import NO_START, NO_XVFB, measure, run_window, with_screen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")


def _xvfb(folder: Path, script: str) -> dict[str, str]:
    """An environment without a display whose only programs are a shell and this Xvfb."""
    program = folder / "Xvfb"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o700)
    return {"PATH": str(folder)}


@pytest.fixture(autouse=True)
def look_for_programs_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_a_screen_that_is_there_is_used(tmp_path: Path, name: str) -> None:
    environment = {**_xvfb(tmp_path, "exit 1"), name: "something"}
    with with_screen(environment) as used:
        assert used == environment


def test_without_one_a_virtual_screen_runs_as_long_as_it_is_needed(tmp_path: Path) -> None:
    environment = _xvfb(tmp_path, f"echo $$ > {tmp_path}/pid\necho 47\nexec /bin/sleep 60")
    with with_screen(environment) as used:
        assert (used["DISPLAY"], used["QT_QPA_PLATFORM"]) == (":47", "xcb")
        process = int((tmp_path / "pid").read_text())
        os.kill(process, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_without_a_virtual_screen_it_says_what_was_used_instead(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with with_screen({"PATH": str(tmp_path / "nothing")}) as used:
        assert used["QT_QPA_PLATFORM"] == "offscreen"
    assert capfd.readouterr().err == NO_XVFB + "\n"
    with with_screen(_xvfb(tmp_path, "exit 1")) as used:
        assert used["QT_QPA_PLATFORM"] == "offscreen"
    assert capfd.readouterr().err == NO_START + "\n"


def test_a_window_that_does_not_open_costs_a_sentence(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[str]()

    def window(program: str) -> int:
        return measure(lambda environment: said.append(run_window(program, environment)))

    monkeypatch.setattr(screen.os, "environ", {"QT_QPA_PLATFORM": "offscreen"})
    assert window("print('painted')") == 0
    assert window("raise SystemExit('no plugin')") == 1
    assert said == ["painted\n"]
    assert capfd.readouterr().err == "The window did not open: no plugin\n"
