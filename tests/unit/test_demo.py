"""The simulator's process: it comes up, goes away with its owner, and says why when it does not come up."""

import os
import sys
import urllib.request
from pathlib import Path

import pytest

from sora_studio.demo import Demo
from sora_studio.domain.errors import StudioError


def test_it_answers_until_it_is_stopped(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    url = demo.start()
    request = urllib.request.Request(f"{url}/api/v1/apikeys/current-balance", headers={"Authorization": "Bearer any"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    demo.stop()
    demo.stop()
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(request)


def test_one_that_has_died_comes_back_at_the_same_address(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    url = demo.start()
    assert not demo.has_died
    assert demo._child is not None
    demo._child.kill()
    demo._child.wait()
    assert demo.has_died
    assert demo.start() == url
    assert not demo.has_died
    demo.stop()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudioError, match="did not start") as raised:
        Demo(tmp_path / "file").start()
    assert "simulator.log" in raised.value.advice


@pytest.mark.skipif(os.name == "nt", reason="there, a program without a window hears no Ctrl+C")
def test_a_terminals_interrupt_does_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = [sys.executable, "-c", "import os, sys; print(f'http://{os.getpgid(0)}', flush=True); sys.stdin.read()"]
    monkeypatch.setattr(Demo, "_command", lambda _self: group)
    demo = Demo(tmp_path)
    assert demo.start() != f"http://{os.getpgid(0)}"
    demo.stop()


def test_a_simulator_that_does_not_start_leaves_its_words_in_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [sys.executable, "-c", "import sys; sys.exit('no room today')"]
    monkeypatch.setattr(Demo, "_command", lambda _self: broken)
    with pytest.raises(StudioError, match="did not start") as raised:
        Demo(tmp_path).start()
    log = tmp_path / "logs" / "simulator.log"
    assert str(log) in raised.value.advice
    assert "no room today" in log.read_text(encoding="utf-8")
