"""The program as a process, on a data folder of its own, against a simulator that makes a clip in about a second."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from sora_studio.paths import resources_dir
from sora_studio.simulator.serve import Running, running
from tests.canary import KEY, has_link

SPEED = 200.0
PATIENCE_S = 40.0


@dataclass(frozen=True)
class Ended:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    """Starts `sora-studio` with arguments. What it says never holds a traceback, the key or a signed link, on any way."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.data = folder / "data"
        self.clips = folder / "clips"
        self.environment = {
            **os.environ,
            "SORA_STUDIO_DATA_DIR": str(self.data),
            "SORA_STUDIO_BASE_URL": base_url,
            "SORA_STUDIO_API_KEY": KEY,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "QT_QPA_PLATFORM": "offscreen",
        }
        self._hurry()

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """A running one; whoever starts it ends it with `finish`."""
        return self._start("sora_studio", *arguments)

    def open_window(self, prompt: str = "") -> "Window":
        """The window, and somebody in front of it who types the prompt and sends it."""
        return Window(self, self._start("tests.e2e.person", prompt))

    def keep_clips_in_one_place(self) -> None:
        """By the settings, so that whoever resumes a task saves it to the same folder."""
        folder = json.dumps(str(self.clips))
        (self.data / "settings.toml").write_text(f"output_dir = {folder}\n", encoding="utf-8")

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        _STARTED.append(process)
        return process

    def finish(self, process: "subprocess.Popen[str]", *, stdin: str = "", heard: Sequence[str] = ()) -> Ended:
        """Wait for its end; `heard` are lines that were read already."""
        out, err = process.communicate(stdin, timeout=60)
        assert "Traceback" not in err, err
        assert KEY not in out + err
        assert not has_link(out + err)
        return Ended(process.returncode, "".join([*heard, out]), err)

    def run(self, *arguments: str, stdin: str = "") -> Ended:
        """Start and wait."""
        return self.finish(self.start(*arguments), stdin=stdin)

    def generate(self, *arguments: str, stdin: str = "") -> Ended:
        """With JSON and the test's own folder for clips."""
        return self.run("generate", *arguments, "--json", "--output", str(self.clips), stdin=stdin)

    def interrupt(self, process: "subprocess.Popen[str]") -> None:
        """Ctrl+C."""
        process.send_signal(signal.SIGINT)

    def _hurry(self) -> None:
        """The shipped profile with a poll plan for a service that is as fast as this one."""
        shipped = (resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8")
        hurried = re.sub(r"first_after_s = \d+", "first_after_s = 0.3", re.sub(r"every_s( +)= \d+", r"every_s\1= 0.1", shipped))
        assert hurried.count("= 0.") == 2
        (self.data / "models").mkdir(parents=True)
        (self.data / "models" / "sora-2.toml").write_text(hurried, encoding="utf-8")


class Window:
    """The program's window as a process; what the `person` in front of it sees and does is heard here."""

    def __init__(self, program: Program, process: "subprocess.Popen[str]") -> None:
        self._program, self.process = program, process

    def hear(self, wanted: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """Wait for something that the person says, but not for ever."""
        assert self.process.stdout
        patience, said = threading.Timer(PATIENCE_S, self.process.kill), dict[str, object]()
        patience.start()
        try:
            for line in self.process.stdout:
                if wanted(said := json.loads(line)):
                    return said
        finally:
            patience.cancel()
        raise AssertionError(f"It was never said. The last that was: {said}\n{self.process.communicate()[1]}")

    def hear_editor(self) -> str:
        """Wait until the window can be used; what stands in its editor."""
        return str(self.hear(lambda said: "editor" in said)["editor"])

    def hear_row(self, *words: str) -> None:
        """Wait until one card says all of this."""

        def found(said: dict[str, object]) -> bool:
            rows = said.get("rows", [])
            assert isinstance(rows, list)
            return any(all(word in str(row) for word in words) for row in rows)

        self.hear(found)

    def close(self) -> None:
        """The person closes it; it ends in order."""
        ended = self._program.finish(self.process)
        assert (ended.code, _complaints(ended.err)) == (0, [])

    def kill(self) -> None:
        """Without warning."""
        self.process.kill()
        assert _complaints(self.process.communicate()[1]) == []


def _complaints(err: str) -> list[str]:
    """What a window said on standard error, without what an offscreen screen cannot do."""
    return [line for line in err.splitlines() if "This plugin does not support" not in line]


_STARTED = list["subprocess.Popen[str]"]()


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """A test that fails half-way leaves no program behind."""
    yield
    for process in _STARTED:
        if process.poll() is None:
            process.kill()
            process.communicate()
    _STARTED.clear()


@pytest.fixture
def service() -> Iterator[Callable[..., Running]]:
    """`service(scenario=…)` starts a simulator that lives as long as the test."""
    with ExitStack() as stack:

        def start(*, scenario: str = "calm", keys: Sequence[str] = (), speed: float = SPEED) -> Running:
            return stack.enter_context(running(speed=speed, scenario=scenario, keys=keys))

        yield start


@pytest.fixture
def simulator(service: Callable[..., Running]) -> Running:
    return service()


@pytest.fixture
def program(tmp_path: Path, simulator: Running) -> Program:
    return Program(tmp_path, simulator.url)
