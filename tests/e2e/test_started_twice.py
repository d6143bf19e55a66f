"""A second start on the same data: one window, one that works, and everybody sees what comes of it."""

from itertools import pairwise
from pathlib import Path

import pytest

from sora_studio.simulator.serve import Running
from tests.e2e.conftest import Program

POLL_EVERY_S = 0.1


@pytest.fixture
def settled(program: Program) -> Program:
    program.keep_clips_in_one_place()
    return program


def asked(simulator: Running, path: str) -> list[float]:
    """When requests to this path came in, in seconds."""
    return [seen.at_s for seen in simulator.state.requests if path in seen.path]


def test_a_second_window_leaves_the_first_one_to_it(settled: Program, simulator: Running) -> None:
    window = settled.open_window()
    assert window.hear_editor() == ""
    second = settled.run()
    assert (second.code, second.out, second.err) == (0, "", "")
    assert settled.generate("A harbour", "--no-wait").code == 0
    window.hear_row("A harbour", "Ready")
    window.close()
    assert len(simulator.state.charges) == 1


def test_the_command_line_hands_its_task_to_the_open_window_and_both_see_the_clip(
    settled: Program, simulator: Running, tmp_path: Path
) -> None:
    window = settled.open_window()
    assert window.hear_editor() == ""
    ended = settled.run("generate", "A harbour", "--json", "--output", str(tmp_path / "elsewhere"))
    assert ended.code == 0, ended.err
    assert "Another Sora Studio uses this data folder" in ended.err
    window.hear_row("A harbour", "Ready")

    (film,) = ended.rows[-1]["files"]
    assert sorted((tmp_path / "elsewhere").iterdir()) == [Path(film).with_suffix(".json"), Path(film)]
    assert not settled.clips.exists()
    assert len(asked(simulator, "generateTask")) == 1
    assert len(asked(simulator, "/clips/")) == 1
    polls = asked(simulator, "statusTask")
    assert len(polls) >= 4
    assert min(after - before for before, after in pairwise(polls)) >= POLL_EVERY_S, (
        "two that poll would fall between each other"
    )
    window.close()


def test_the_command_line_goes_on_when_the_window_is_killed_beside_it(settled: Program, simulator: Running) -> None:
    window = settled.open_window()
    assert window.hear_editor() == ""
    command = settled.start("generate", "A harbour", "--json")
    window.hear_row("A harbour", "Pending")
    window.kill()
    ended = settled.finish(command)
    assert ended.code == 0, ended.err
    assert len(ended.rows[-1]["files"]) == 1
    assert len(simulator.state.charges) == 1
