"""Keys and tokens: environment, then the system's key store, then this session. Never in our files, logs or errors."""

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
"""Long enough for the user to answer the system's password prompt."""
WINDOWS_MAX_CHARS = 1_280
"""The limit of the Windows Credential Manager: 2,560 bytes, two per character."""
MAX_KEY_CHARS = 8_192
"""Longer than any header that servers accept."""

_UNTRUSTED_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that store nothing, or store secrets in plain text."""
_log = logging.getLogger(__name__)


class SessionKeys:
    """A `KeyStore` in memory only."""

    def __init__(self, key: str | None = None) -> None:
        self._key = key

    @property
    def key(self) -> str | None:
        """The key, if there is one."""
        return self._key

    async def load(self) -> KeyStatus:
        """Return whether there is a key."""
        return KeyStatus(KeyOrigin.SESSION if self._key else KeyOrigin.NONE)

    async def save(self, key: str) -> KeyStatus:
        """Keep the key for this session. Raises `InvalidSetting` if it cannot be a key."""
        self._key = check_key(key)
        return KeyStatus(KeyOrigin.SESSION)

    async def clear(self) -> KeyStatus:
        """Forget the key."""
        self._key = None
        return KeyStatus(KeyOrigin.NONE)


class KeyringKeys:
    """A `KeyStore` over the system's key store, called on its own thread with time-outs.

    Even if the key store fails, a saved key works for this session; the status says where it is and what went wrong. `user` is
    the secret's name in the key store, `variable` its environment variable, and `what` the word for it in messages.
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
        """Look up the key once, for `key`; never raises."""
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
        """Save to the key store and verify, or else keep the key for this session. Raises `InvalidSetting`."""
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
            return KeyStatus(KeyOrigin.ENVIRONMENT, f"{self._variable} is set and overrides the {what} that you entered.")
        return status

    async def clear(self) -> KeyStatus:
        """Forget the key and delete it from the key store, if it is there."""
        what = _one(self._place.what)
        given, _ = self._given()
        self._key = given
        notice = ""
        try:
            await self._thread.run(lambda: _delete(self._place), timeout_s=self._save_timeout_s)
        except Exception as error:
            notice = f"{self._explained(error)} {what.capitalize()} that it holds was not removed."
        if given:
            return KeyStatus(KeyOrigin.ENVIRONMENT, notice or f"{self._variable} still contains {what}.")
        return KeyStatus(KeyOrigin.NONE, notice)

    def _given(self) -> tuple[str | None, str]:
        """Return the environment's key, and a notice if it cannot be used."""
        given = os.environ.get(self._variable, "")
        if not given.strip():
            return None, ""
        try:
            return check_key(given, self._place.what), ""
        except InvalidSetting as problem:
            return None, f"{self._variable} is not used. {problem.title}"

    def _explained(self, error: BaseException) -> str:
        """Return why the key store failed. Only the error's type is logged: its message could contain the key."""
        _log.info("The key store failed: %s", type(error).__name__)
        if isinstance(error, TimeoutError):
            return "The system's key store does not answer."
        if isinstance(error, InvalidSetting):
            return f"The system's key store contains something that is not {_one(self._place.what)}."
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
    """The key stores of a studio: for the API key, both parts of the bucket's key, and the relay token."""

    api_key: KeyStore = field(default_factory=KeyringKeys)
    bucket_key_id: KeyStore = field(default_factory=_bucket_key_id)
    bucket_secret: KeyStore = field(default_factory=_bucket_secret)
    relay_token: KeyStore = field(default_factory=_relay_token)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """All loaded secrets, which must be kept out of logs."""
        return self.api_key.key, self.bucket_key_id.key, self.bucket_secret.key, self.relay_token.key


def check_key(text: str, what: str = "key") -> str:
    """Return the stripped key. Raises `InvalidSetting`, whose message never contains the key."""
    key = text.strip()
    if not key:
        raise InvalidSetting(f"The {what} is empty.")
    if len(key) > MAX_KEY_CHARS:
        raise InvalidSetting(f"This is too long for {_one(what)}: {len(key):,} characters.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidSetting(
            f"{_one(what).capitalize()} is one word of letters, digits and symbols; this contains a space or another character."
        )
    return key


def _one(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


# --- in the key store's thread -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A secret's place in the key store, and the word for it in messages."""

    service: str
    user: str
    what: str


class _Backend(Protocol):
    """The part of a keyring backend that we use; `priority` is at least 1 for recommended ones."""

    @property
    def priority(self) -> float: ...

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def _read(place: _Place) -> str | None:
    """Return the secret from the first key store that has it. If none has, raise the first failure: that one might have it."""
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
    """Save to the first key store that keeps it. Raises the first failure if none does."""
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
    """Save and read back. Raises `KeyringUnavailable` if the key store returns something else."""
    if type(backend).__module__ == "keyring.backends.Windows" and len(key) > WINDOWS_MAX_CHARS:
        raise KeyringUnavailable(
            f"Windows keeps {place.what}s of at most {WINDOWS_MAX_CHARS:,} characters; this one has {len(key):,}."
        )
    backend.set_password(place.service, place.user, key)
    if backend.get_password(place.service, place.user) != key:
        raise KeyringUnavailable(f"The system's key store did not keep the {place.what}.")


def _delete(place: _Place) -> None:
    """Delete from all key stores. Raises the first failure, after all were tried."""
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
    """Return the system's key stores, best first. Raises `KeyringUnavailable` if none keeps secrets."""
    import keyring  # noqa: PLC0415 - slow import, not needed for the first paint

    backends = _chained(cast("_Backend", keyring.get_keyring()))
    trusted = [backend for backend in backends if _is_trusted(backend)]
    if not trusted:
        raise KeyringUnavailable("This system has no key store that keeps secrets.")
    return trusted


def _chained(backend: _Backend) -> list[_Backend]:
    """Return the members of a chained backend, so that a plain-text one is never used through it."""
    members: list[_Backend] = getattr(backend, "backends", [backend])
    return members


def _is_trusted(backend: _Backend) -> bool:
    module = type(backend).__module__
    return not any(module == name or module.startswith(f"{name}.") for name in _UNTRUSTED_MODULES) and backend.priority >= 1
