"""The virtual environment: created with uv from the lock, verified once, then marked by a stamp to keep the next run quick."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from machine import SUPPORTED, SetupError, find_interpreter, install_packages, missing_packages

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
STAMP = "sora-studio-setup"
_PROGRAMS = "Scripts" if os.name == "nt" else "bin"


def program(folder: Path, name: str) -> Path:
    """Return the path of a program inside a virtual environment."""
    return folder / _PROGRAMS / (f"{name}.exe" if os.name == "nt" else name)


def prepare(wanted: str | None) -> Path:
    """Return the environment folder with everything installed; quick when its stamp matches.

    This is `.venv`, unless `wanted` names a version that it does not have: that one gets `.venv-<version>`.
    """
    folder = choose_folder(ROOT, wanted)
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint():
        return folder
    interpreter = find_interpreter(wanted or version_of(folder))
    uv = _working_uv()
    if packages := missing_packages(interpreter, needs_venv=uv is None):
        install_packages(packages)
    uv = uv or _own_uv(interpreter)
    _fill(folder, interpreter, uv)
    _prove(folder)
    stamp.write_text(fingerprint(), encoding="utf-8")
    return folder


def choose_folder(root: Path, wanted: str | None) -> Path:
    """Return the folder for the environment of that version."""
    usual = root / ".venv"
    if wanted is None or version_of(usual) in (wanted, None):
        return usual
    return root / f".venv-{wanted}"


def version_of(folder: Path) -> str | None:
    """Return a usable environment's version, such as `3.12`; None when it or its interpreter is missing or unsupported."""
    settings = folder / "pyvenv.cfg"
    if not settings.is_file() or not program(folder, "python").exists():
        return None
    for line in settings.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() in ("version", "version_info"):
            found = ".".join(value.strip().split(".")[:2])
            return found if found in SUPPORTED else None
    return None


def fingerprint() -> str:
    """Return a hash that changes with anything that decides what is installed."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml", Path(__file__), Path(__file__).with_name("machine.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def locate_uv() -> list[str]:
    """Return the command of a working uv, installed into a folder of its own if needed."""
    return _working_uv() or _own_uv(find_interpreter(None))


def _working_uv() -> list[str] | None:
    own = program(ROOT / ".venv-tools", "uv")
    for path in (str(own) if own.exists() else None, shutil.which("uv")):
        # A shim on PATH may lead to an interpreter without uv.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return [path]
    return None


def _own_uv(interpreter: Path) -> list[str]:
    folder = ROOT / ".venv-tools"
    print("Fetching uv, which installs the rest", flush=True)
    _run([str(interpreter), "-m", "venv", "--clear", str(folder)])
    _run([str(program(folder, "python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])
    return [str(program(folder, "uv"))]


def _fill(folder: Path, interpreter: Path, uv: list[str]) -> None:
    print(f"Installing the locked packages into {folder.name}", flush=True)
    if version_of(folder) is None:
        _run([*uv, "venv", "--quiet", "--clear", "--no-project", "--python", str(interpreter), str(folder)])
    into = ["--quiet", "--python", str(program(folder, "python"))]
    _run([*uv, "pip", "sync", *into, "--require-hashes", "--compile-bytecode", str(LOCK)])
    _run([*uv, "pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def _prove(folder: Path) -> None:
    """Import the window's parts, so that a missing system library is named here instead of crashing the window."""
    code = "import PySide6.QtWidgets, PySide6.QtMultimedia, PySide6.QtMultimediaWidgets, PySide6.QtSvg, av, sora_studio"
    answer = subprocess.run([str(program(folder, "python")), "-c", code], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        reason = answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SetupError(f"The installed packages cannot be loaded: {reason[0]}")


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise SetupError(f"This step failed; its own words are above:\n  {' '.join(command)}")
