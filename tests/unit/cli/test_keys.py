import asyncio
import io

import pytest

from sora_studio.cli.commands import KeyCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.keys import perform
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore
from sora_studio.storage.secrets import KeyringKeys
from tests import canary

SECRET = canary.KEY


class Keychain:
    """A key store that works, or, with `broken`, keeps nothing beyond the session."""

    def __init__(self, key: str | None = None, *, broken: bool = False) -> None:
        self.key = key
        self._origin = KeyOrigin.SESSION if broken else KeyOrigin.KEYRING

    async def load(self) -> KeyStatus:
        return KeyStatus(self._origin if self.key else KeyOrigin.NONE)

    async def save(self, key: str) -> KeyStatus:
        self.key = key.strip()
        return KeyStatus(self._origin, "Kept for this session only." if self._origin is KeyOrigin.SESSION else "")

    async def clear(self) -> KeyStatus:
        self.key = None
        return KeyStatus(KeyOrigin.NONE)


def _perform(action: str, keys: KeyStore) -> ExitCode:
    return asyncio.run(perform(KeyCommand(action), keys))


def test_the_key_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\nrest\n"))
    keys = Keychain()
    assert _perform("set", keys) is ExitCode.SAVED
    assert keys.key == SECRET


def test_a_closed_standard_input_is_an_empty_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InvalidSetting, match="empty"):
        _perform("set", KeyringKeys())


def test_a_key_that_is_not_kept_is_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRET))
    assert _perform("set", Keychain(broken=True)) is ExitCode.KEY
    assert "could not be kept" in capsys.readouterr().err


@pytest.mark.parametrize(("key", "code"), [(SECRET, ExitCode.SAVED), (None, ExitCode.KEY)])
def test_status_tells_whether_but_never_what(key: str | None, code: ExitCode, capsys: pytest.CaptureFixture[str]) -> None:
    assert _perform("status", Keychain(key)) is code
    out, err = capsys.readouterr()
    assert out
    assert SECRET not in out + err


def test_clear_leaves_no_key() -> None:
    keys = Keychain(SECRET)
    assert _perform("clear", keys) is ExitCode.SAVED
    assert keys.key is None
