"""The same request twice within a minute is paid once, whoever sends it, unless the person says that it is meant."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sora_studio.simulator.serve import Running
from tests.e2e.conftest import Program

ROUNDS = 3


def test_the_same_command_again_is_refused_and_says_how_it_is_meant(program: Program, simulator: Running) -> None:
    assert program.generate("A harbour", "--no-wait").code == 0
    ended = program.generate("A harbour", "--no-wait")
    assert (ended.code, ended.out) == (2, "")
    assert "You sent exactly this" in ended.err
    assert "--again" in ended.err
    assert program.generate("A harbour", "--no-wait", "--again").code == 0
    assert len(simulator.state.charges) == 2


def test_of_two_programs_at_once_exactly_one_sends(program: Program, simulator: Running) -> None:
    for number in range(ROUNDS):
        with ThreadPoolExecutor(2) as both:
            ended = list(both.map(program.generate, [f"Harbour {number}"] * 2, ["--no-wait"] * 2))
        assert sorted(one.code for one in ended) == [0, 2], [one.err for one in ended]
    assert len(simulator.state.charges) == ROUNDS
    sys.stdout.write(f"\n{ROUNDS} pairs of programs, {2 * ROUNDS} presses, {len(simulator.state.charges)} charges\n")


def test_the_command_line_does_not_repeat_what_the_open_window_has_just_sent(program: Program, simulator: Running) -> None:
    window = program.open_window("A harbour")
    window.hear_row("A harbour")
    ended = program.generate("A harbour", "--no-wait")
    assert (ended.code, ended.out) == (2, "")
    window.close()
    assert len(simulator.state.charges) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of this kind is Unix")
@pytest.mark.parametrize(("answer", "code", "charges"), [("y\n", 0, 2), ("\n", 2, 1), ("no\n", 2, 1)])
def test_on_a_terminal_it_asks(program: Program, simulator: Running, answer: str, code: int, charges: int) -> None:
    import pty

    assert program.generate("A harbour", "--no-wait").code == 0
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sora_studio", "generate", "A harbour", "--no-wait"]
    with subprocess.Popen(command, env=program.environment, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        said = ""
        while "[y/N]" not in said:
            said += os.read(ours, 1024).decode()
        os.write(ours, answer.encode())
        assert process.wait(60) == code
    os.close(ours)
    assert "You sent exactly this" in said
    assert len(simulator.state.charges) == charges
