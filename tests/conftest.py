"""What every test stands on: a sealed-off environment, no warning that it did not ask for, and no secret left on the disk."""

import logging
import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sora_studio.logs import LEVEL_VARIABLE, redacted
from tests import canary
from tests.reaper import reaping

# On a machine that is busy with other things a slow example says nothing.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rounds`: a fault that needs a long life of one process, such as a dangling pointer in Qt, shows itself in time."""
    parser.addoption("--rounds", type=int, default=1, help="run all selected tests this often, in one process")
    parser.addoption("--openings", type=int, default=2, help="how often the leak tests open each window")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One whole run after another."""
    items *= config.getoption("--rounds")


@pytest.fixture(scope="session", autouse=True)
def no_server_is_left_behind() -> Iterator[None]:
    """Also by a test process that crashes or is killed."""
    with reaping():
        yield


@pytest.fixture(scope="session", autouse=True)
def sealed_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the person's folders, key store, proxies or settings; programs that it starts do not either."""
    home = tmp_path_factory.mktemp("home")
    (home / "user-dirs.dirs").write_text(f'XDG_VIDEOS_DIR="{home / "Videos"}"\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SORA_STUDIO_") or name.lower() in _PROXIES]:
            patch.delenv(name)
        patch.setenv(LEVEL_VARIABLE, "DEBUG")
        patch.setenv("SORA_STUDIO_SIMULATOR_FILM_EDGE", "180")  # rendering one of 720 takes five times as long
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)  # no notification reaches the person's desktop
        patch.setenv("XDG_CONFIG_HOME", str(home))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        # A shell's background job ignores Ctrl+C, and so would every program that a test starts.
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, handler)


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own, which does not exist yet."""
    monkeypatch.setenv("SORA_STUDIO_DATA_DIR", str(tmp_path / "data"))


@dataclass(eq=False)
class LogWatch(logging.Handler):
    """Collects what is logged at WARNING or above, and what a test said that it expects of it."""

    expected: list[re.Pattern[str]] = field(default_factory=list)
    records: list[logging.LogRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def complaints(self) -> list[str]:
        """Records that nobody expected, and expectations that nothing met."""
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in self.records]
        unexpected = [line for line in lines if not any(pattern.search(line) for pattern in self.expected)]
        unmet = [pattern.pattern for pattern in self.expected if not any(pattern.search(line) for line in lines)]
        return [f"not expected: {line}" for line in unexpected] + [f"expected, never logged: {words}" for words in unmet]


@pytest.fixture(autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """A test fails when something is logged at WARNING or above that it did not expect."""
    watch, root = LogWatch(), logging.getLogger()
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)
    if complaints := watch.complaints():
        pytest.fail("The log does not read as it should:\n  " + "\n  ".join(complaints), pytrace=False)


@pytest.fixture
def expect_log(log_watch: LogWatch) -> Callable[[str], None]:
    """`expect_log(pattern)`: the test logs a line `LEVEL logger: message`, at WARNING or above, that `pattern` finds."""

    def expect(pattern: str) -> None:
        log_watch.expected.append(re.compile(pattern))

    return expect


# --- the canary: whatever the suite did, neither its key nor a signed link is found on the disk -----------------------

_FOUND = pytest.StashKey[canary.Search]()


class _AsTheProgramWrites(logging.Formatter):
    """Not the program's own class: by that one it knows its handlers, and takes them away at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), *canary.SECRETS)


@pytest.fixture(scope="session", autouse=True)
def everything_is_logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All that the program and its libraries say at DEBUG goes to a file, by way of the program's own formatter."""
    handler = logging.FileHandler(tmp_path_factory.mktemp("log") / "suite.log", encoding="utf-8")
    handler.setFormatter(_AsTheProgramWrites())
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    handler.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search everything that the tests left behind. With several workers, once, when the last of them has ended."""
    if hasattr(session.config, "workerinput"):
        return
    found = session.config.stash[_FOUND] = canary.search([session.config._tmp_path_factory.getbasetemp()])
    if found.hits:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was searched and what was found."""
    found = terminalreporter.config.stash.get(_FOUND, None)
    if found is not None and found.files:
        terminalreporter.section("canary")
        terminalreporter.write_line(str(found), red=bool(found.hits))
        for hit in found.hits:
            terminalreporter.write_line(hit)
