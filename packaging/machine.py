"""The machine's prerequisites: a supported interpreter, the shared libraries that Qt needs, a display.

Standard library only; starts on Python 3.9, so that an older interpreter can explain which one is missing.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libpulse.so.0": "libpulse0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""Libraries that PySide6's wheels expect on Linux, and their Debian packages."""

FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class SetupError(Exception):
    """Something that you have to do first; the message says what."""


def find_interpreter(wanted: str | None) -> Path:
    """Return an interpreter of version `wanted`, else a supported one: this one, PATH, pyenv's folder, Windows' launcher."""
    if wanted is not None and wanted not in SUPPORTED:
        raise SetupError(f"Python {wanted} is not supported; it runs on {_either(SUPPORTED)}.")
    versions = (wanted,) if wanted else SUPPORTED
    for command in _candidates(versions):
        found = _probe(command)
        if found is not None and found[0] in versions:
            return found[1]
    here = ".".join(str(part) for part in sys.version_info[:2])
    raise SetupError(
        f"Python {_either(versions)} is needed and was not found; this is Python {here}.\n"
        f"Install one, for example: {_install_hint(versions[0])}\nThen run this command again."
    )


def _candidates(versions: tuple[str, ...]) -> list[list[str]]:
    commands = [[sys.executable]]
    commands += [[path] for version in versions if (path := shutil.which(f"python{version}"))]
    commands += [[path] for name in ("python3", "python") if (path := shutil.which(name))]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    program = "python.exe" if os.name == "nt" else "bin/python"
    for version in versions:
        found = sorted(pyenv.glob(f"{version}.*"), key=_version_key, reverse=True)
        commands += [[str(folder / program)] for folder in found if (folder / program).exists()]
    if launcher := shutil.which("py"):
        commands += [[launcher, f"-{version}"] for version in versions]
    return commands


def _version_key(folder: Path) -> list[int]:
    return [int(part) for part in folder.name.split(".") if part.isdigit()]


def _probe(command: list[str]) -> tuple[str, Path] | None:
    """Return version and path of what really runs: a PATH shim may be broken, and a virtual environment has a base."""
    code = "import sys; print('%d.%d' % sys.version_info[:2]); print(getattr(sys, '_base_executable', None) or sys.executable)"
    try:
        answer = subprocess.run([*command, "-c", code], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.splitlines()
    return (lines[0], Path(lines[1])) if answer.returncode == 0 and len(lines) == 2 else None


def _either(versions: tuple[str, ...]) -> str:
    return versions[0] if len(versions) == 1 else f"{', '.join(versions[:-1])} or {versions[-1]}"


def _install_hint(version: str) -> str:
    if sys.platform == "darwin":
        return f"brew install python@{version}"
    if os.name == "nt":
        return f"winget install Python.Python.{version}"
    return f"sudo apt-get install python{version} python{version}-venv, or: pyenv install {version}"


def missing_packages(interpreter: Path, *, needs_venv: bool) -> list[str]:
    """Return the missing Debian packages: Qt's libraries, a font, and what creating an environment needs."""
    if not sys.platform.startswith("linux"):
        return []
    packages = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if not has_font([Path(folder).expanduser() for folder in FONT_FOLDERS]):
        packages.append(FONT_PACKAGE)
    if needs_venv and not _has_ensurepip(interpreter):
        packages.append("python3-venv" if str(interpreter) == "/usr/bin/python3" else f"{interpreter.name}-venv")
    return packages


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(folders: list[Path]) -> bool:
    """Return whether any folder contains a font that Qt can use."""
    return any(next(folder.rglob(f"*.{kind}"), None) for folder in folders for kind in ("ttf", "otf", "ttc"))


def _has_ensurepip(interpreter: Path) -> bool:
    return subprocess.run([str(interpreter), "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def install_packages(packages: list[str]) -> None:
    """Install on Debian and derivatives: as root or through sudo; else raise with the command for the user to run."""
    if not shutil.which("apt-get"):
        names = ", ".join(packages)
        raise SetupError(f"This system lacks libraries that the window needs. On Debian they are called: {names}.")
    by_hand = "sudo apt-get install -y --no-install-recommends " + " ".join(packages)
    prefix = _root_prefix()
    if prefix is None:
        raise SetupError(f"Some system packages are missing. Run this once, then try again:\n  {by_hand}")
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0:
        return
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=quiet, check=False)
    if subprocess.run(install, env=quiet, check=False).returncode != 0:
        raise SetupError(
            f"These packages could not be installed. See the lines above; the command was:\n  {shlex.join(install)}"
        )


def _root_prefix() -> list[str] | None:
    """Return the prefix for running a command as root; None when sudo is missing or cannot ask for a password."""
    if os.name != "posix" or os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if not sudo:
        return None
    if sys.stdin.isatty():
        return [sudo]
    return [sudo, "-n"] if subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0 else None


def has_display() -> bool:
    """Return whether a window would be visible."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
