"""The key is where the status says, works at once whatever the key store does, and is never repeated anywhere."""

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.storage.secrets import (
    KEY_VARIABLE,
    KeyringKeys,
    KeyStores,
    SessionKeys,
    check_key,
)
from tests import canary

KEY = f"{canary.KEY}-Hunter2.~+/=_" + "x" * 10
Run = Callable[..., KeyStatus]


class MemoryKeyring(KeyringBackend):
    """A sound key store."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def _act(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def get_password(self, service: str, username: str) -> str | None:
        self._act()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._act()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._act()
        if (service, username) not in self.kept:
            raise PasswordDeleteError(username)
        del self.kept[service, username]


class ForgetfulKeyring(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class ChangingKeyring(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:10])


class HangingKeyring(MemoryKeyring):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.asked = list[str]()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append("get")
        self.let.wait(30)
        return super().get_password(service, username)


class ChainedKeyring(MemoryKeyring):
    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = list(backends)


class PlainTextKeyring(MemoryKeyring):
    """Stands for those of keyrings.alt."""

    __module__ = "keyrings.alt.file"


class DoubtfulKeyring(MemoryKeyring):
    priority = 0.5


class WindowsKeyring(MemoryKeyring):
    __module__ = "keyring.backends.Windows"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[KeyringBackend], None]:
    return lambda backend: monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


@pytest.fixture
def sound(use: Callable[[KeyringBackend], None]) -> MemoryKeyring:
    backend = MemoryKeyring()
    use(backend)
    return backend


@pytest.fixture(autouse=True)
def nothing_repeats_the_key(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert "Hunter2" not in caplog.text


def test_a_saved_key_is_there_next_time(sound: MemoryKeyring, run: Run) -> None:
    keys = KeyringKeys()
    assert run(keys.load()) == KeyStatus(KeyOrigin.NONE)
    assert keys.key is None
    assert run(keys.save(f"  {KEY}\n")) == KeyStatus(KeyOrigin.KEYRING)
    assert keys.key == KEY
    again = KeyringKeys()
    assert run(again.load()) == KeyStatus(KeyOrigin.KEYRING)
    assert again.key == KEY
    assert list(sound.kept) == [("sora-studio", "api-key")]


def test_a_cleared_key_is_gone_and_clearing_twice_is_fine(sound: MemoryKeyring, run: Run) -> None:
    keys = KeyringKeys()
    run(keys.save(KEY))
    assert run(keys.clear()) == KeyStatus(KeyOrigin.NONE)
    assert keys.key is None
    assert sound.kept == {}
    assert run(keys.clear()) == KeyStatus(KeyOrigin.NONE)


def test_the_environment_goes_first(sound: MemoryKeyring, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(KeyringKeys().save("from-the-keyring"))
    monkeypatch.setenv(KEY_VARIABLE, f" {KEY} ")
    keys = KeyringKeys()
    assert run(keys.load()) == KeyStatus(KeyOrigin.ENVIRONMENT)
    assert keys.key == KEY
    status = run(keys.save("another"))
    assert (status.origin, keys.key) == (KeyOrigin.ENVIRONMENT, KEY)
    assert KEY_VARIABLE in status.notice
    status = run(keys.clear())
    assert (status.origin, keys.key) == (KeyOrigin.ENVIRONMENT, KEY)
    assert KEY_VARIABLE in status.notice


def test_a_key_in_the_environment_spares_the_key_store(
    use: Callable[[KeyringBackend], None], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = HangingKeyring()
    use(backend)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert run(KeyringKeys().load()) == KeyStatus(KeyOrigin.ENVIRONMENT)
    assert backend.asked == []


@pytest.mark.parametrize("given", [f"{KEY}\nX-Evil: 1", f"{KEY} {KEY}", f"{KEY}é"])
def test_a_damaged_key_in_the_environment_is_told_and_not_used(
    sound: MemoryKeyring, run: Run, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, given)
    keys = KeyringKeys()
    status = run(keys.load())
    assert (status.origin, keys.key) == (KeyOrigin.NONE, None)
    assert f"{KEY_VARIABLE} is not used." in status.notice
    assert "Hunter2" not in status.notice


@pytest.mark.parametrize(
    "backend",
    [
        keyring.backends.null.Keyring(),
        keyring.backends.fail.Keyring(),
        PlainTextKeyring(),
        DoubtfulKeyring(),
        ForgetfulKeyring(),
        ChangingKeyring(),
        ChainedKeyring(),
        ChainedKeyring(PlainTextKeyring()),
    ],
)
def test_a_store_that_does_not_keep_secrets_leaves_the_key_for_the_session(
    use: Callable[[KeyringBackend], None], run: Run, backend: KeyringBackend
) -> None:
    use(backend)
    keys = KeyringKeys()
    status = run(keys.save(KEY))
    assert (status.origin, keys.key) == (KeyOrigin.SESSION, KEY)
    assert status.notice.endswith("The key is kept for this session only.")
    if isinstance(backend, PlainTextKeyring | DoubtfulKeyring):
        assert backend.kept == {}


def test_a_chain_is_used_only_through_a_sound_member(use: Callable[[KeyringBackend], None], run: Run) -> None:
    plain, sound = PlainTextKeyring(), MemoryKeyring()
    use(ChainedKeyring(plain, sound))
    assert run(KeyringKeys().save(KEY)).origin is KeyOrigin.KEYRING
    assert plain.kept == {}
    assert sound.kept == {("sora-studio", "api-key"): KEY}


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (KeyringLocked(f"cannot unlock for {KEY}"), "locked"),
        (InitError(f"no bus {KEY}"), "cannot be used"),
        (PasswordSetError(KEY), "cannot be used"),
        (OSError(KEY), "cannot be used"),
    ],
)
def test_trouble_is_told_plainly_and_without_the_key(sound: MemoryKeyring, run: Run, trouble: Exception, words: str) -> None:
    sound.trouble = trouble
    keys = KeyringKeys()
    loaded = run(keys.load())
    assert loaded.origin is KeyOrigin.NONE
    assert words in loaded.notice
    saved = run(keys.save(KEY))
    assert (saved.origin, keys.key) == (KeyOrigin.SESSION, KEY)
    assert words in saved.notice
    cleared = run(keys.clear())
    assert (cleared.origin, keys.key) == (KeyOrigin.NONE, None)
    assert "not removed" in cleared.notice
    assert "Hunter2" not in "".join(status.notice for status in (loaded, saved, cleared))


def test_windows_holds_1280_characters(use: Callable[[KeyringBackend], None], run: Run) -> None:
    backend = WindowsKeyring()
    use(backend)
    keys = KeyringKeys()
    assert run(keys.save("k" * 1280)).origin is KeyOrigin.KEYRING
    status = run(keys.save("k" * 1281))
    assert (status.origin, keys.key) == (KeyOrigin.SESSION, "k" * 1281)
    assert "1,280" in status.notice
    assert set(backend.kept.values()) == {"k" * 1280}


def test_a_store_that_hangs_stalls_nobody_and_late_calls_are_dropped(use: Callable[[KeyringBackend], None], run: Run) -> None:
    backend = HangingKeyring()
    use(backend)
    keys = KeyringKeys(load_timeout_s=0.05, save_timeout_s=0.05)

    async def scene() -> tuple[KeyStatus, KeyStatus, int]:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0)
                beats += 1

        heart = asyncio.create_task(beat())
        loaded, saved = await keys.load(), await keys.save(KEY)
        heart.cancel()
        return loaded, saved, beats

    loaded, saved, beats = run(scene())
    assert loaded == KeyStatus(KeyOrigin.NONE, "The system's key store does not answer.")
    assert saved.origin is KeyOrigin.SESSION
    assert keys.key == KEY
    assert beats > 10
    backend.let.set()
    # What timed out before it began is never done; what comes now is.
    keys = KeyringKeys()
    assert run(keys.load()) == KeyStatus(KeyOrigin.NONE)
    assert run(keys.save("another")).origin is KeyOrigin.KEYRING


def test_a_store_that_hangs_does_not_hold_up_the_exit() -> None:
    script = """
import asyncio, threading, keyring
from sora_studio.storage.secrets import KeyringKeys
keyring.get_keyring = lambda: threading.Event().wait()
print(asyncio.run(KeyringKeys(load_timeout_s=0.05).load()).notice)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "The system's key store does not answer."


def test_what_the_store_holds_is_judged_too(sound: MemoryKeyring, run: Run) -> None:
    sound.kept["sora-studio", "api-key"] = f"{KEY}\nX-Evil: 1"
    keys = KeyringKeys()
    status = run(keys.load())
    assert (status.origin, keys.key) == (KeyOrigin.NONE, None)
    assert status.notice == "The system's key store contains something that is not a key."


@pytest.mark.parametrize("text", ["", "  \n", f"{KEY}\n{KEY}", f"{KEY}\0", f"{KEY}\x7f", f"{KEY} x", f"{KEY}é", KEY * 300])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(sound: MemoryKeyring, run: Run, text: str) -> None:
    for keys in (KeyringKeys(), SessionKeys()):
        with pytest.raises(InvalidSetting) as caught:
            run(keys.save(text))
        assert "Hunter2" not in f"{caught.value!r}{caught.value.sentence}{caught.value.__cause__!r}"
        assert keys.key is None
    assert sound.kept == {}


def test_a_key_loses_the_space_around_it() -> None:
    assert check_key(f"\t{KEY} \r\n") == KEY


def test_no_representation_shows_the_key(sound: MemoryKeyring, run: Run) -> None:
    keys = KeyringKeys()
    status = run(keys.save(KEY))
    assert "Hunter2" not in f"{keys!r}{keys}{status!r}{SessionKeys(KEY)!r}"


def test_a_session_keeps_its_key_in_memory_only(sound: MemoryKeyring, run: Run) -> None:
    keys = SessionKeys("simulator")
    assert run(keys.load()) == KeyStatus(KeyOrigin.SESSION)
    assert keys.key == "simulator"
    run(keys.save(f" {KEY} "))
    assert keys.key == KEY
    assert run(keys.clear()) == KeyStatus(KeyOrigin.NONE)
    assert keys.key is None
    assert run(SessionKeys().load()) == KeyStatus(KeyOrigin.NONE)
    assert sound.kept == {}


OTHERS = [
    ("bucket_key_id", "SORA_STUDIO_BUCKET_KEY_ID", "an access key"),
    ("bucket_secret", "SORA_STUDIO_BUCKET_SECRET", "a secret access key"),
    ("relay_token", "SORA_STUDIO_RELAY_TOKEN", "a relay token"),
]


@pytest.mark.parametrize(("name", "variable", "words"), OTHERS)
def test_every_secret_has_a_place_a_variable_and_words_of_its_own(
    sound: MemoryKeyring,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    variable: str,
    words: str,
) -> None:
    for other, *_ in OTHERS:
        run(getattr(KeyStores(), other).save(f"{KEY}-{other}"))
    run(KeyringKeys().save(KEY))
    keys = getattr(KeyStores(), name)
    assert run(keys.load()) == KeyStatus(KeyOrigin.KEYRING)
    assert keys.key == f"{KEY}-{name}"
    with pytest.raises(InvalidSetting, match=f"(?i){words} is one word"):
        run(keys.save(f"{KEY} {KEY}"))
    monkeypatch.setenv(KEY_VARIABLE, "another")
    monkeypatch.setenv(variable, KEY)
    assert run(keys.load()) == KeyStatus(KeyOrigin.ENVIRONMENT)
    assert keys.key == KEY
    assert run(keys.clear()).notice == f"{variable} still contains {words}."
    assert len(sound.kept) == len(OTHERS)
    assert sound.kept["sora-studio", "api-key"] == KEY
