"""The token of a relay elsewhere: stored like the API key, and never shown."""

import asyncio
from collections.abc import Awaitable, Callable

from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore


class RelayToken:
    """Sets and clears the token, then awaits `on_change`. `status` says where it is stored; it is known after `load`."""

    def __init__(self, tokens: KeyStore, *, on_change: Callable[[], Awaitable[None]]) -> None:
        self._tokens = tokens
        self._on_change = on_change
        self._lock = asyncio.Lock()
        self._loaded = False
        self.status = KeyStatus(KeyOrigin.NONE)

    async def load(self) -> str | None:
        """Return the token. The first call looks it up."""
        async with self._lock:
            if not self._loaded:
                self.status = await self._tokens.load()
                self._loaded = True
        return self._tokens.key

    async def set(self, token: str) -> KeyStatus:
        """Store a token and reconnect to the relay with it. Raises `InvalidSetting` for a value that cannot be a token."""
        await self.load()
        self.status = await self._tokens.save(token)
        await self._on_change()
        return self.status

    async def clear(self) -> KeyStatus:
        """Delete the token."""
        await self.load()
        self.status = await self._tokens.clear()
        await self._on_change()
        return self.status
