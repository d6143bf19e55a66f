"""Every check of the project: the static ones beside the tests, with one summary at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from environment import ROOT, program


@dataclass(frozen=True)
class Outcome:
    """Result of one check. `output` is what it printed, unless that was shown while it ran."""

    name: str
    passed: bool
    seconds: float
    output: str = ""


def run_checks(folder: Path, pytest_args: list[str]) -> int:
    """Return 0 when everything passed. All checks run even if an early one fails."""
    environment = screen(dict(os.environ))
    with ThreadPoolExecutor(1) as beside:
        static = [beside.submit(_run_quietly, name, command, environment) for name, command in static_checks(folder)]
        tests = _run_tests(test_command(folder, pytest_args), environment)
        outcomes = [*(check.result() for check in static), tests]
    for outcome in outcomes:
        if not outcome.passed and outcome.output:
            print(f"\n== {outcome.name}\n{outcome.output.rstrip()}", flush=True)
    print("\n" + summary(outcomes), flush=True)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def static_checks(folder: Path) -> list[tuple[str, list[str]]]:
    """Return name and command line of each check that only reads the code."""
    python, ruff = str(program(folder, "python")), str(program(folder, "ruff"))
    return [
        ("lint", [ruff, "check", "--quiet"]),
        ("format", [ruff, "format", "--check", "--quiet"]),
        ("types", [str(program(folder, "basedpyright")), "--pythonpath", python]),
        ("floors", [str(program(folder, "lint-imports")), "--no-cache"]),
    ]


def test_command(folder: Path, pytest_args: list[str]) -> list[str]:
    """Return the command line of the tests: three workers keep two cores busy, because a third of the time tests wait.

    Workers take tests from one another at the end.
    """
    return [str(program(folder, "python")), "-m", "pytest", "-q", "-n", "3", "--dist", "worksteal", *pytest_args]


def _run_quietly(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    """Run a check at low priority, so that it uses the time in which tests wait, and keep what it prints."""
    began = time.monotonic()
    lower = ["nice", "-n", "10"] if shutil.which("nice") else []
    run = subprocess.run(
        [*lower, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return Outcome(name, run.returncode == 0, time.monotonic() - began, run.stdout.decode(errors="replace"))


def _run_tests(command: list[str], environment: dict[str, str]) -> Outcome:
    print("\n== tests, with the other checks beside them", flush=True)
    began = time.monotonic()
    passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    return Outcome("tests", passed, time.monotonic() - began)


def summary(outcomes: list[Outcome]) -> str:
    """Return a line for each check, and the verdict."""
    lines = [f"{outcome.name:<8} {'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:6.1f} s" for outcome in outcomes]
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    verdict = f"Failed: {', '.join(failed)}." if failed else "Everything passed."
    return "\n".join([*lines, verdict])


def screen(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment for tests that open windows: Qt's offscreen platform on Linux, so that none needs a desktop."""
    return {**environment, "QT_QPA_PLATFORM": "offscreen"} if sys.platform.startswith("linux") else environment
