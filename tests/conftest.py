"""What every test stands on: a sealed-off environment, and no warning tolerated that a test did not ask for."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(scope="session", autouse=True)
def sealed_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the person's folders, key store, proxies or settings; programs that it starts do not either."""
    home = tmp_path_factory.mktemp("home")
    (home / "user-dirs.dirs").write_text(f'XDG_VIDEOS_DIR="{home / "Videos"}"\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SORA_STUDIO_") or name.lower() in _PROXIES]:
            patch.delenv(name)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("XDG_CONFIG_HOME", str(home))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        yield


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
