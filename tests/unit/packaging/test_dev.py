"""The parts of `packaging/dev.py` that decide; what they start is tried by running it on a fresh clone."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[3] / "packaging"


@pytest.fixture(autouse=True)
def beside_dev(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import as `dev.py` does when it is run."""
    monkeypatch.syspath_prepend(str(PACKAGING))


def _environment(folder: Path, version: str) -> None:
    import environment

    python = environment.program(folder, "python")
    python.parent.mkdir(parents=True)
    python.touch()
    (folder / "pyvenv.cfg").write_text(f"home = /somewhere\nversion_info = {version}\n", encoding="utf-8")


def test_the_usual_environment_serves_its_own_version_only(tmp_path: Path) -> None:
    import environment

    assert environment.choose_folder(tmp_path, "3.12") == tmp_path / ".venv"  # there is none yet
    _environment(tmp_path / ".venv", "3.11.7")
    assert environment.choose_folder(tmp_path, None) == tmp_path / ".venv"
    assert environment.choose_folder(tmp_path, "3.11") == tmp_path / ".venv"
    assert environment.choose_folder(tmp_path, "3.12") == tmp_path / ".venv-3.12"


def test_an_environment_of_another_python_is_made_anew(tmp_path: Path) -> None:
    import environment

    _environment(tmp_path / ".venv", "3.10.13")
    assert environment.version_of(tmp_path / ".venv") is None


@pytest.mark.parametrize(("version", "words"), [("3.10", "not supported"), ("2.7", "3.11, 3.12 or 3.13")])
def test_an_unsupported_version_is_refused_in_words(version: str, words: str) -> None:
    import machine

    with pytest.raises(machine.SetupError, match=words):
        machine.find_interpreter(version)


def test_a_machine_without_a_supported_python_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import machine

    monkeypatch.setattr(machine, "_candidates", lambda _versions: [[str(PACKAGING / "no-such-python")]])
    with pytest.raises(machine.SetupError, match=r"3\.11, 3\.12 or 3\.13 is needed and was not found"):
        machine.find_interpreter(None)


def test_the_interpreter_that_is_found_is_of_the_wanted_version() -> None:
    import machine

    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = machine.find_interpreter(here)
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    assert subprocess.run([str(found), "-c", code], capture_output=True, text=True, check=True).stdout.strip() == here


def test_missing_packages_are_installed_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import machine

    monkeypatch.setattr(machine.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(machine, "_root_prefix", lambda: None)
    with pytest.raises(machine.SetupError, match="sudo apt-get install -y --no-install-recommends libegl1 libpulse0"):
        machine.install_packages(["libegl1", "libpulse0"])


def test_a_font_is_found_in_any_folder(tmp_path: Path) -> None:
    import machine

    assert not machine.has_font([tmp_path, tmp_path / "none"])
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.otf").touch()
    assert machine.has_font([tmp_path / "none", tmp_path])


def test_the_summary_names_what_failed() -> None:
    import checks

    text = checks.summary(
        [checks.Outcome("lint", passed=True, seconds=1.0), checks.Outcome("tests", passed=False, seconds=2.0)]
    )
    assert "Failed: tests." in text
    assert "Everything passed." in checks.summary([checks.Outcome("lint", passed=True, seconds=1.0)])


def test_the_lock_names_no_address() -> None:
    assert "://" not in (PACKAGING / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="what stands in for Python is a shell script")
def test_soak_runs_the_windows_tests_again_and_again_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dev

    log = tmp_path / "log"
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\necho "$@" > {log}\n')
    python.chmod(0o755)
    assert dev.soak(tmp_path, ["--rounds", "2"]) == 0
    words = log.read_text().split()
    assert words[-4:] == ["tests/gui", "tests/e2e", "--rounds", "2"]
    assert "no:xdist" in words


def test_rounds_are_whole_runs_one_after_another(pytestconfig: pytest.Config) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "--rounds", "3", "tests/unit/test_conftest.py"],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line for line in done.stdout.splitlines() if "::" in line]
    assert names == names[: len(names) // 3] * 3
    assert len(names) == 3 * len(set(names)) > 3
