"""Whatever ends the program, at whatever moment: the tasks stay, `watch` goes on, and nothing is paid twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE, RELAY_URL_VARIABLE
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.simulator.serve import Running
from tests.e2e.conftest import Program


def _hear(process: "subprocess.Popen[str]", wanted: Callable[[dict[str, object]], bool]) -> list[str]:
    """Read JSON lines up to the one that is wanted."""
    assert process.stdout
    heard = list[str]()
    for line in process.stdout:
        heard.append(line)
        if wanted(json.loads(line)):
            return heard
    raise AssertionError(f"it ended before: {heard}")


def _start(program: Program, *arguments: str) -> "subprocess.Popen[str]":
    return program.start("generate", "A harbour", "--json", "--output", str(program.clips), *arguments)


@pytest.fixture
def settled(program: Program) -> Program:
    program.keep_clips_in_one_place()
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_an_interrupt_ends_with_130_and_watch_goes_on(settled: Program, simulator: Running) -> None:
    process = _start(settled)
    heard = _hear(process, lambda row: row["state"] in ("pending", "processing"))
    settled.interrupt(process)
    ended = settled.finish(process, heard=heard)
    assert ended.code == 130
    assert "watch" in ended.err
    watched = settled.run("watch", "--json")
    assert watched.code == 0, watched.err
    assert watched.rows[-1]["id"] == ended.rows[-1]["id"]
    assert len(watched.rows[-1]["files"]) == 1
    assert len(simulator.state.charges) == 1


@pytest.mark.parametrize("moment", ["pending", "processing", "success"])
def test_a_kill_after_the_task_was_accepted_loses_nothing(settled: Program, simulator: Running, moment: str) -> None:
    process = _start(settled)
    _hear(process, lambda row: row["state"] == moment)
    process.kill()
    process.communicate()
    watched = settled.run("watch", "--json")
    assert watched.code == 0, watched.err
    (row,) = settled.run("tasks", "--json").rows
    assert row["state"] == "success"
    assert len(row["files"]) == 1
    assert len(simulator.state.charges) == 1


@pytest.mark.parametrize("moment", ["waiting", "sending"])
def test_a_kill_around_the_create_never_pays_twice(settled: Program, simulator: Running, moment: str) -> None:
    process = _start(settled)
    _hear(process, lambda row: row["state"] in (moment, "pending"))
    process.kill()
    process.communicate()
    watched = settled.run("watch", "--json")
    (row,) = settled.run("tasks", "--json").rows
    assert (watched.code, row["state"]) in ((0, "success"), (5, "unknown"))
    assert len(simulator.state.charges) <= 1


def test_a_lost_answer_is_made_good_by_the_services_report(settled: Program, simulator: Running) -> None:
    ended = settled.generate("A harbour [lost]", "--callback")
    assert ended.code == 0, ended.err
    states = [row["state"] for row in ended.rows]
    assert "unknown" in states
    assert states[-1] == "success"
    assert len(simulator.state.charges) == 1


def test_a_report_that_came_while_nobody_was_there_is_found_by_watch(settled: Program, simulator: Running) -> None:
    with asyncio.Runner() as runner:
        relay = EmbeddedRelay(settled.data / "relay-of-another-host")
        runner.run(relay.start())
        try:
            settled.environment |= {RELAY_URL_VARIABLE: relay.base_url, RELAY_TOKEN_VARIABLE: relay.token}
            assert settled.generate("A harbour [lost]", "--callback", "--no-wait").code == 5
            while not simulator.state.tasks[0].called_back:
                pass
            ended = settled.run("watch", "--json")
        finally:
            runner.run(relay.stop())
    assert ended.code == 0, ended.err
    assert ended.rows[-1]["state"] == "success"
    assert len(simulator.state.charges) == 1


def test_not_waiting_ends_with_the_services_answer(settled: Program, simulator: Running) -> None:
    ended = settled.generate("A harbour", "--count", "2", "--no-wait")
    assert ended.code == 0, ended.err
    assert all(row["task_id"] for row in ended.rows[-2:])
    before = len(simulator.state.requests)
    listed = settled.run("tasks", "--json")
    assert [row["id"] for row in listed.rows] == sorted((row["id"] for row in ended.rows[-2:]), reverse=True)
    assert len(simulator.state.requests) == before, "listing asks nobody"
    assert settled.run("watch").code == 0
    assert len(list(settled.clips.glob("*.mp4"))) == 2
    assert settled.run("watch", "--json").out == ""


def test_two_commands_share_a_data_folder(settled: Program, simulator: Running) -> None:
    """One of them tracks; the other adds its row and watches."""
    first, second = _start(settled, "--again"), _start(settled, "--again")
    ends = [settled.finish(first), settled.finish(second)]
    assert [ended.code for ended in ends] == [0, 0], ends
    assert len(simulator.state.charges) == 2
    assert len(list(settled.clips.glob("*.mp4"))) == 2


def test_tasks_can_be_searched(settled: Program) -> None:
    assert settled.run("tasks").out == ""
    settled.generate("A harbour in fog", "--no-wait")
    settled.generate("A [fail:GENERATION_FAILED] desert")
    assert [row["prompt"] for row in settled.run("tasks", "--search", "fog", "--json").rows] == ["A harbour in fog"]
    assert "desert" in settled.run("tasks", "--state", "failed").out
    assert len(settled.run("tasks", "--limit", "1", "--json").rows) == 1
