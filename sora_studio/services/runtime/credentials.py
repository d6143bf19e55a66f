"""The API key as a person handles it: set, tested, cleared; everything that waits for a key goes on when it changes."""

from collections.abc import Awaitable, Callable

from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore


class Credentials:
    """Never shows the key. `status` says where it is; it is known after `load`."""

    def __init__(self, keys: KeyStore, *, balance_of: Callable[[str], Awaitable[float]], on_change: Callable[[], None]) -> None:
        self._keys = keys
        self._balance_of = balance_of
        self._on_change = on_change
        self.status = KeyStatus(KeyOrigin.NONE)

    @property
    def has_key(self) -> bool:
        """Whether there is a key to send."""
        return self._keys.key is not None

    async def load(self) -> None:
        """Look once where the key is."""
        self.status = await self._keys.load()

    async def set(self, key: str) -> KeyStatus:
        """Keep a key, and let everything that waited for one go on. Raises `InvalidSetting` for what cannot be a key."""
        self.status = await self._keys.save(key)
        self._on_change()
        return self.status

    async def clear(self) -> KeyStatus:
        """Forget the key."""
        self.status = await self._keys.clear()
        self._on_change()
        return self.status

    async def test(self, key: str) -> float:
        """The balance of a key in US dollars, whether it is kept or not. Raises `KeyRejected` or a `PassingError`."""
        return await self._balance_of(key)
