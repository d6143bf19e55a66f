"""The token of a relay elsewhere as a person handles it: set and cleared, kept like the key and never shown."""

import asyncio
from collections.abc import Awaitable, Callable

from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore


class RelayToken:
    """`status` says where the token is; it is known after `load`. `on_change` is awaited when there is another one."""

    def __init__(self, tokens: KeyStore, *, on_change: Callable[[], Awaitable[None]]) -> None:
        self._tokens = tokens
        self._on_change = on_change
        self._lock = asyncio.Lock()
        self._loaded = False
        self.status = KeyStatus(KeyOrigin.NONE)

    async def load(self) -> str | None:
        """The token; looks once where it is."""
        async with self._lock:
            if not self._loaded:
                self.status = await self._tokens.load()
                self._loaded = True
        return self._tokens.key

    async def set(self, token: str) -> KeyStatus:
        """Keep a token and speak to the relay with it at once. Raises `InvalidSetting` for what cannot be one."""
        await self.load()
        self.status = await self._tokens.save(token)
        await self._on_change()
        return self.status

    async def clear(self) -> KeyStatus:
        """Forget the token."""
        await self.load()
        self.status = await self._tokens.clear()
        await self._on_change()
        return self.status
