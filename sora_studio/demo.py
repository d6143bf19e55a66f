"""The built-in simulator as a child process: everything from prompt to clip, without a key and without cost."""

import os
import subprocess
import sys
import threading
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

from sora_studio.domain.errors import StudioError
from sora_studio.domain.events import EventBus
from sora_studio.launch import SIMULATOR
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import Studio, open_studio

DEMO_SPEED = 30.0
"""How much faster than real time the simulator runs, so that a clip takes seconds."""
DEMO_KEY = "simulator"
"""Not a secret: the simulator accepts any key."""
START_WITHIN_S = 30.0
STOP_WITHIN_S = 5.0


def demo_keys() -> KeyStores:
    """Return key stores with the simulator's key."""
    return KeyStores(api_key=SessionKeys(DEMO_KEY))


def open_demo(
    base_url: str, *, data_dir: Path, output_dir: Path | None, keys: KeyStores, events: EventBus | None = None
) -> AbstractAsyncContextManager[Studio]:
    """Open a studio on a started simulator, like `open_studio`."""
    return open_studio(
        data_dir=data_dir,
        base_url=base_url,
        output_dir=output_dir,
        speed=DEMO_SPEED,
        gateway_name=SIMULATOR,
        keys=keys,
        events=events,
    )


class Demo:
    """One simulator for one data folder. It lives as long as its standard input is open, so it never outlives this program."""

    def __init__(self, data_dir: Path, *, speed: float = DEMO_SPEED) -> None:
        self._data_dir = data_dir
        self._speed = speed
        self._child: subprocess.Popen[str] | None = None
        self._port = 0

    @property
    def has_died(self) -> bool:
        """Whether it has ended without being stopped."""
        return self._child is not None and self._child.poll() is not None

    def start(self) -> str:
        """Start the simulator and return its base URL once it answers; a restart keeps the URL.

        Blocks for a second or so. Raises `StudioError` when it does not start.
        """
        self.stop()
        log = self._data_dir / "logs" / "simulator.log"
        try:
            child = self._child = self._spawn(log)
        except OSError as error:
            raise StudioError("The simulator did not start.", advice=f"{log}: {error.strerror or error}.") from error
        alarm = threading.Timer(START_WITHIN_S, child.kill)
        alarm.start()
        url = child.stdout.readline().strip() if child.stdout else ""
        alarm.cancel()
        if not url.startswith("http://"):
            self.stop()
            raise StudioError("The simulator did not start.", advice=f"{log} says why.")
        self._port = urlsplit(url).port or 0
        return url

    def stop(self) -> None:
        """Stop the simulator; fine when it is not running. Blocks until it has exited."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()

    def _spawn(self, log: Path) -> "subprocess.Popen[str]":
        """Start the child, shielded from the terminal's Ctrl+C: this program finishes its requests first."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as errors:
            return subprocess.Popen(  # noqa: S603 - our own program
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={name: value for name, value in os.environ.items() if name != "SORA_STUDIO_API_KEY"},
                text=True,
                encoding="utf-8",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,
            )

    def _command(self) -> list[str]:
        state = str(self._data_dir / "simulator")
        program = [sys.executable, "-m", "sora_studio", "simulate"]
        return [*program, "--port", str(self._port), "--speed", f"{self._speed:g}", "--state", state, "--until-stdin-closes"]
