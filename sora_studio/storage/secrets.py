"""Keys and tokens: environment, then the system's key store, then this session. Never in a file of ours, a log or an error."""

import logging
import os
from dataclasses import dataclass, field
from typing import Protocol, cast

from sora_studio.domain.errors import InvalidSetting, KeyringUnavailable
from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE
from sora_studio.storage.key_thread import KeyThread

KEY_VARIABLE = "SORA_STUDIO_API_KEY"
LOAD_TIMEOUT_S = 10.0
SAVE_TIMEOUT_S = 90.0
"""Long enough for a person to answer the system's question for a password."""
WINDOWS_MAX_CHARS = 1_280
"""What the Windows Credential Manager holds: 2,560 bytes, two for each character."""
MAX_KEY_CHARS = 8_192
"""Longer than servers take a header."""

_UNTRUSTED_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""These keep nothing, or keep it readable in a file."""
_log = logging.getLogger(__name__)


class SessionKeys:
    """A `KeyStore` that keeps a key in memory and nowhere else."""

    def __init__(self, key: str | None = None) -> None:
        self._key = key

    @property
    def key(self) -> str | None:
        """The key, if there is one."""
        return self._key

    async def load(self) -> KeyStatus:
        """Nothing to look up."""
        return KeyStatus(KeyOrigin.SESSION if self._key else KeyOrigin.NONE)

    async def save(self, key: str) -> KeyStatus:
        """For this session. Raises `InvalidSetting` for what cannot be a key."""
        self._key = check_key(key)
        return KeyStatus(KeyOrigin.SESSION)

    async def clear(self) -> KeyStatus:
        """Forget it."""
        self._key = None
        return KeyStatus(KeyOrigin.NONE)


class KeyringKeys:
    """A `KeyStore` over the system's key store, which is asked in a thread of its own and only within a time limit.

    Whatever the key store does, the key works for this session; the status says plainly where it is and what went wrong.
    `user` is its name within the key store, `variable` its name in the environment, `what` the word for it in a sentence.
    """

    def __init__(
        self,
        service: str = "sora-studio",
        *,
        user: str = "api-key",
        variable: str = KEY_VARIABLE,
        what: str = "key",
        load_timeout_s: float = LOAD_TIMEOUT_S,
        save_timeout_s: float = SAVE_TIMEOUT_S,
    ) -> None:
        self._place = _Place(service, user, what)
        self._variable = variable
        self._load_timeout_s = load_timeout_s
        self._save_timeout_s = save_timeout_s
        self._thread = KeyThread()
        self._key: str | None = None

    @property
    def key(self) -> str | None:
        """The key that `load` found or `save` was given."""
        return self._key

    async def load(self) -> KeyStatus:
        """Look once where the key is; later `key` answers at once."""
        given, notice = self._given()
        if given:
            self._key = given
            return KeyStatus(KeyOrigin.ENVIRONMENT)
        try:
            found = await self._thread.run(lambda: _read(self._place), timeout_s=self._load_timeout_s)
            self._key = check_key(found, self._place.what) if found else None
        except Exception as error:
            self._key = None
            return KeyStatus(KeyOrigin.NONE, notice or self._explained(error))
        return KeyStatus(KeyOrigin.KEYRING if self._key else KeyOrigin.NONE, notice)

    async def save(self, key: str) -> KeyStatus:
        """To the key store, read back to prove it; else for this session only. Raises `InvalidSetting` for what is no key."""
        what = self._place.what
        key = check_key(key, what)
        given, _ = self._given()
        self._key = given or key
        status = KeyStatus(KeyOrigin.KEYRING)
        try:
            await self._thread.run(lambda: _write(self._place, key), timeout_s=self._save_timeout_s)
        except Exception as error:
            status = KeyStatus(KeyOrigin.SESSION, f"{self._explained(error)} The {what} is kept for this session only.")
        if given:
            return KeyStatus(KeyOrigin.ENVIRONMENT, f"{self._variable} is set and goes before the {what} that was entered.")
        return status

    async def clear(self) -> KeyStatus:
        """Forget the key and take it out of the key store; fine when it is not there."""
        what = _one(self._place.what)
        given, _ = self._given()
        self._key = given
        notice = ""
        try:
            await self._thread.run(lambda: _delete(self._place), timeout_s=self._save_timeout_s)
        except Exception as error:
            notice = f"{self._explained(error)} {what.capitalize()} that it holds was not removed."
        if given:
            return KeyStatus(KeyOrigin.ENVIRONMENT, notice or f"{self._variable} still holds {what}.")
        return KeyStatus(KeyOrigin.NONE, notice)

    def _given(self) -> tuple[str | None, str]:
        """What the environment gives, and a notice when it gives what cannot be used."""
        given = os.environ.get(self._variable, "")
        if not given.strip():
            return None, ""
        try:
            return check_key(given, self._place.what), ""
        except InvalidSetting as problem:
            return None, f"{self._variable} is not used. {problem.title}"

    def _explained(self, error: BaseException) -> str:
        """Why the key store did not do it. Only the error's kind is kept: what a key store says could repeat the key."""
        _log.info("The key store failed: %s", type(error).__name__)
        if isinstance(error, TimeoutError):
            return "The system's key store does not answer."
        if isinstance(error, InvalidSetting):
            return f"The system's key store holds something that is no {self._place.what}."
        if isinstance(error, KeyringUnavailable):
            return error.title
        if type(error).__name__ == "KeyringLocked":
            return "The system's key store is locked."
        return KeyringUnavailable.title


def _bucket_key_id() -> KeyringKeys:
    return KeyringKeys(user="bucket-key-id", variable="SORA_STUDIO_BUCKET_KEY_ID", what="access key")


def _bucket_secret() -> KeyringKeys:
    return KeyringKeys(user="bucket-secret", variable="SORA_STUDIO_BUCKET_SECRET", what="secret access key")


def _relay_token() -> KeyringKeys:
    return KeyringKeys(user="relay-token", variable=RELAY_TOKEN_VARIABLE, what="relay token")


@dataclass(frozen=True, slots=True)
class KeyStores:
    """One key store for each secret that a studio uses: the API key, both halves of a bucket's key, the relay's token."""

    api_key: KeyStore = field(default_factory=KeyringKeys)
    bucket_key_id: KeyStore = field(default_factory=_bucket_key_id)
    bucket_secret: KeyStore = field(default_factory=_bucket_secret)
    relay_token: KeyStore = field(default_factory=_relay_token)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """The secrets that are known now, which no log may contain."""
        return self.api_key.key, self.bucket_key_id.key, self.bucket_secret.key, self.relay_token.key


def check_key(text: str, what: str = "key") -> str:
    """The key without the space around it; raises `InvalidSetting`, which never repeats it."""
    key = text.strip()
    if not key:
        raise InvalidSetting(f"The {what} is empty.")
    if len(key) > MAX_KEY_CHARS:
        raise InvalidSetting(f"This is too long for {_one(what)}: {len(key):,} characters.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidSetting(
            f"{_one(what).capitalize()} is one word of letters, digits and signs; this holds a space or another character."
        )
    return key


def _one(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


# --- in the key store's thread -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a key store a secret is, and the word for it."""

    service: str
    user: str
    what: str


class _Backend(Protocol):
    """What we use of a key store; `priority` is 1 or more for those that their makers recommend."""

    @property
    def priority(self) -> float: ...

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def _read(place: _Place) -> str | None:
    """From the first that has it. One that fails does not hide what another holds, but may be the one that has it."""
    failure: Exception | None = None
    for backend in _backends():
        try:
            found = backend.get_password(place.service, place.user)
        except Exception as error:
            failure = failure or error
        else:
            if found is not None:
                return found
    if failure is not None:
        raise failure
    return None


def _write(place: _Place, key: str) -> None:
    """To the first that keeps it. Raises what the first one raised when none does."""
    failure: Exception | None = None
    for backend in _backends():
        try:
            _keep(backend, place, key)
        except Exception as error:
            failure = failure or error
        else:
            return
    if failure is not None:
        raise failure


def _keep(backend: _Backend, place: _Place, key: str) -> None:
    """Raises `KeyringUnavailable` when the key store does not give back what it was given."""
    if type(backend).__module__ == "keyring.backends.Windows" and len(key) > WINDOWS_MAX_CHARS:
        raise KeyringUnavailable(
            f"Windows keeps {place.what}s of at most {WINDOWS_MAX_CHARS:,} characters; this one has {len(key):,}."
        )
    backend.set_password(place.service, place.user, key)
    if backend.get_password(place.service, place.user) != key:
        raise KeyringUnavailable(f"The system's key store did not keep the {place.what}.")


def _delete(place: _Place) -> None:
    """From all of them. Raises what the first one raised, after all were asked."""
    failure: Exception | None = None
    for backend in _backends():
        try:
            if backend.get_password(place.service, place.user) is not None:
                backend.delete_password(place.service, place.user)
        except Exception as error:
            failure = failure or error
    if failure is not None:
        raise failure


def _backends() -> list[_Backend]:
    """The system's key stores, the best one first; raises `KeyringUnavailable` when there is none that keeps secrets."""
    import keyring  # noqa: PLC0415 - slow, and the first paint does not wait for it

    backends = _chained(cast("_Backend", keyring.get_keyring()))
    trusted = [backend for backend in backends if _is_trusted(backend)]
    if not trusted:
        raise KeyringUnavailable("This system has no key store that keeps secrets.")
    return trusted


def _chained(backend: _Backend) -> list[_Backend]:
    """A chain of key stores as its members, so that a plain-text one is never reached through it."""
    members: list[_Backend] = getattr(backend, "backends", [backend])
    return members


def _is_trusted(backend: _Backend) -> bool:
    module = type(backend).__module__
    return not any(module == name or module.startswith(f"{name}.") for name in _UNTRUSTED_MODULES) and backend.priority >= 1
