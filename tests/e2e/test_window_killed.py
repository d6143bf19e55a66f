"""The window's process is killed all along the way from typing to the clip: nothing is lost and nothing is paid twice."""

import random
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from sora_studio.simulator.serve import Running
from tests.e2e.conftest import PATIENCE_S, Program
from tests.sampling import every

PROMPT = "A lighthouse in the last light"
FRAMES = 240
Reached = Callable[[Running, Path], bool]


def wait_until(reached: Callable[[], bool]) -> None:
    """Look often: the moments that matter are short."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < give_up_at
        select.select([], [], [], 0.001)


def asked(simulator: Running, path: str) -> bool:
    return any(path in seen.path for seen in simulator.state.requests)


@dataclass(frozen=True)
class Moment:
    """When the kill comes: up to `jitter_s` after the person has said `after` and `reached` holds.

    When the service's answer was `accepted` before that, nothing can be unclear: the clip must come.
    """

    name: str
    after: dict[str, object]
    reached: Reached
    scenario: str = "calm"
    jitter_s: float = 0.05
    accepted: bool = True
    by_window: bool = False


SAVED, PRESSED = {"did": "saved"}, {"did": "pressed"}
MOMENTS = [
    Moment("typed", SAVED, lambda _simulator, _clips: True, jitter_s=0.0, accepted=False),
    Moment("pressed", PRESSED, lambda _simulator, _clips: True, accepted=False),
    Moment("sending", PRESSED, lambda simulator, _: asked(simulator, "generateTask"), scenario="slow", accepted=False),
    Moment("charged", PRESSED, lambda simulator, _: bool(simulator.state.charges), jitter_s=0.0, accepted=False),
    Moment("pending", PRESSED, lambda simulator, _: asked(simulator, "statusTask"), by_window=True),
    Moment("processing", PRESSED, lambda simulator, _: polls(simulator) >= 4),
    Moment("downloading", PRESSED, lambda _, clips: any(clips.glob("*.part")), scenario="cut-download", by_window=True),
    Moment("landed", PRESSED, lambda _, clips: any(clips.glob("*.mp4"))),
    Moment("asked for the film", PRESSED, lambda simulator, _: asked(simulator, "/clips/")),
]


def polls(simulator: Running) -> int:
    return sum("statusTask" in seen.path for seen in simulator.state.requests)


def kill_at(moment: Moment, program: Program, simulator: Running, rng: random.Random) -> None:
    window = program.open_window(PROMPT)
    window.hear(lambda said: said == moment.after)
    wait_until(lambda: moment.reached(simulator, program.clips))
    select.select([], [], [], rng.uniform(0.0, moment.jitter_s))  # the moment is the point; nothing is waited for
    window.kill()


def resume(program: Program, *, by_window: bool) -> None:
    """The window opens with the draft in its editor, goes on by itself, and can be closed: then the command line goes on."""
    window = program.open_window()
    assert window.hear_editor() == PROMPT
    if by_window:
        window.hear_row(PROMPT, "Ready")
    window.close()
    if not by_window:
        assert program.run("watch").code in (0, 5)


@pytest.mark.skipif(sys.platform == "win32", reason="select needs a socket there; the way is the same")
@pytest.mark.parametrize("moment", MOMENTS[:: every(3)], ids=lambda moment: moment.name)
def test_a_window_killed_at_any_moment_loses_nothing(tmp_path: Path, service: Callable[..., Running], moment: Moment) -> None:
    simulator = service(scenario=moment.scenario)
    program = Program(tmp_path, simulator.url)
    program.keep_clips_in_one_place()
    kill_at(moment, program, simulator, random.Random(moment.name))

    resume(program, by_window=moment.by_window)

    rows = program.run("tasks", "--json").rows
    assert len(rows) <= 1
    charges = [charge.prompt for charge in simulator.state.charges]
    assert charges in ([], [PROMPT]), "paid at most once"
    states = [row["state"] for row in rows]
    assert states == ["success"] if moment.accepted else states in ([], ["success"], ["unknown"])
    assert bool(charges) <= bool(rows), "what was paid for can be seen"
    films = [Path(film) for row in rows for film in row["files"]]
    assert len(films) == states.count("success")
    on_disk = sorted(program.clips.iterdir()) if program.clips.exists() else []
    assert on_disk == sorted([*films, *(film.with_suffix(".json") for film in films)])
    for film in films:
        with av.open(str(film)) as container:
            assert sum(1 for _ in container.decode(video=0)) == FRAMES
