"""Sets, tests and clears the API key, and resumes what waited for one."""

from collections.abc import Awaitable, Callable

from sora_studio.domain.ports import KeyStatus, KeyStore


class Credentials:
    """Never exposes the key. `status` says where it is stored, as loading the key found it."""

    def __init__(
        self,
        keys: KeyStore,
        status: KeyStatus,
        *,
        balance_of: Callable[[str], Awaitable[float]],
        on_change: Callable[[], None],
    ) -> None:
        self._keys = keys
        self._balance_of = balance_of
        self._on_change = on_change
        self.status = status

    @property
    def has_key(self) -> bool:
        """Whether there is a key to send."""
        return self._keys.key is not None

    async def set(self, key: str) -> KeyStatus:
        """Store a key, and resume everything that waited for one. Raises `InvalidSetting` for a value that cannot be a key."""
        self.status = await self._keys.save(key)
        self._on_change()
        return self.status

    async def clear(self) -> KeyStatus:
        """Delete the key."""
        self.status = await self._keys.clear()
        self._on_change()
        return self.status

    async def test(self, key: str) -> float:
        """Return a key's balance in US dollars; the key need not be stored. Raises `KeyRejected` or a `PassingError`."""
        return await self._balance_of(key)
