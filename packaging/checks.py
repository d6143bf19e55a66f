"""Every check of the project, one after another, with one summary at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from environment import ROOT, program


@dataclass(frozen=True)
class Outcome:
    """How one check went."""

    name: str
    passed: bool
    seconds: float


def run_checks(folder: Path, pytest_args: list[str]) -> int:
    """0 when everything passed. All checks run even if an early one fails."""
    environment = screen(dict(os.environ))
    outcomes = [_run(name, command, environment) for name, command in commands(folder, pytest_args)]
    print("\n" + summary(outcomes), flush=True)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def commands(folder: Path, pytest_args: list[str]) -> list[tuple[str, list[str]]]:
    """Name and command line of each check."""
    python, ruff = str(program(folder, "python")), str(program(folder, "ruff"))
    return [
        ("lint", [ruff, "check", "--quiet"]),
        ("format", [ruff, "format", "--check", "--quiet"]),
        ("types", [str(program(folder, "basedpyright")), "--pythonpath", python]),
        ("floors", [str(program(folder, "lint-imports")), "--no-cache"]),
        ("tests", [python, "-m", "pytest", "-q", "-n", "2", *pytest_args]),
    ]


def _run(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    return Outcome(name, passed, time.monotonic() - began)


def summary(outcomes: list[Outcome]) -> str:
    """A line for each check, and the verdict."""
    lines = [f"{outcome.name:<8} {'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:6.1f} s" for outcome in outcomes]
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    verdict = f"Failed: {', '.join(failed)}." if failed else "Everything passed."
    return "\n".join([*lines, verdict])


def screen(environment: dict[str, str]) -> dict[str, str]:
    """The environment for tests that open windows: on Linux Qt's offscreen screen, so that none depends on a desktop."""
    return {**environment, "QT_QPA_PLATFORM": "offscreen"} if sys.platform.startswith("linux") else environment
