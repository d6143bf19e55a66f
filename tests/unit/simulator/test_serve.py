"""The simulator as a program: one line with its address, then quiet, until it is told to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sora_studio.simulator.serve import main
from tests.unit.simulator.bench import KEY

_BODY = {"input": {"mode": "text-to-video", "prompt": "A harbour"}}
_PROGRAM = "import sys; from sora_studio.simulator.serve import main; sys.exit(main(sys.argv[1:]))"


@contextmanager
def _program(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_it_answers_as_soon_as_it_says_so_and_ends_with_its_input(tmp_path: Path) -> None:
    with _program("--until-stdin-closes", "--state", str(tmp_path)) as (process, url):
        created = httpx.post(f"{url}/api/v1/generateTask/sora-2", json=_BODY, headers=KEY)
        assert created.status_code == 200
        rest, errors = process.communicate(timeout=20)
        assert (rest, errors, process.returncode) == ("", "", 0)

    with _program("--state", str(tmp_path)) as (_, url):
        task_id = created.json()["data"]["taskId"]
        asked = httpx.get(f"{url}/api/v1/statusTask/sora-2", params={"taskId": task_id}, headers=KEY)
        assert asked.json()["data"]["state"] == "pending"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals between programs")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_well_on_a_signal(number: signal.Signals) -> None:
    with _program("--speed", "30") as (process, url):
        assert httpx.get(f"{url}/api/v1/apikeys/current-balance", headers=KEY).status_code == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=20)
        assert (rest, errors, process.returncode) == ("", "", 0)


@pytest.mark.skipif(os.name == "nt", reason="the shell closes what it hands on")
def test_a_standard_input_that_was_never_open_is_closed() -> None:
    line = [sys.executable, "-c", _PROGRAM, "--until-stdin-closes"]
    ended = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *line], check=False, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with _program() as (_, url):
        port = url.rpartition(":")[2]
        with _program("--port", port) as (second, line):
            _, errors = second.communicate(timeout=20)
            assert line == ""
            assert second.returncode == 6
            assert errors.startswith("The simulator cannot start:")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--speed", "0"],
        ["--speed", "-1"],
        ["--scenario", "storm"],
        ["--port", "x"],
        ["--port", "99999"],
        ["--balance", "nan"],
        ["--film-edge", "100"],
        ["--retire", "sora-9"],
    ],
)
def test_options_that_make_no_sense_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    said = capsys.readouterr()
    assert (said.out, refused.value.code) == ("", 2)
    assert arguments[0] in said.err
