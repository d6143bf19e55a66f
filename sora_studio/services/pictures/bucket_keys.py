"""The two halves of a bucket's access key: stored like the API key, and never shown."""

import asyncio
from collections.abc import Callable

from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore


class BucketKeys:
    """Sets and clears both halves together. `status` says where they are stored; it is known after `load`."""

    def __init__(self, key_id: KeyStore, secret: KeyStore, *, on_change: Callable[[], None]) -> None:
        self._key_id = key_id
        self._secret = secret
        self._on_change = on_change
        self._lock = asyncio.Lock()
        self._loaded = False
        self.status = KeyStatus(KeyOrigin.NONE)

    async def load(self) -> KeyStatus:
        """Look up once where both halves are stored."""
        async with self._lock:
            if not self._loaded:
                self.status = _both(await self._key_id.load(), await self._secret.load())
                self._loaded = True
        return self.status

    async def set(self, key_id: str, secret: str) -> KeyStatus:
        """Store both halves. Raises `InvalidSetting` for a value that cannot be a key."""
        await self.load()
        self.status = _both(await self._key_id.save(key_id), await self._secret.save(secret))
        self._on_change()
        return self.status

    async def clear(self) -> KeyStatus:
        """Delete both halves."""
        await self.load()
        self.status = _both(await self._key_id.clear(), await self._secret.clear())
        self._on_change()
        return self.status


def _both(key_id: KeyStatus, secret: KeyStatus) -> KeyStatus:
    """Return the weaker origin of the two, with the notices of both."""
    origins = {key_id.origin, secret.origin}
    order = (KeyOrigin.NONE, KeyOrigin.SESSION, KeyOrigin.KEYRING, KeyOrigin.ENVIRONMENT)
    weakest = next(origin for origin in order if origin in origins)
    return KeyStatus(weakest, " ".join(dict.fromkeys(filter(None, (key_id.notice, secret.notice)))))
