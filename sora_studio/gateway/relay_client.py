"""A relay as the studio sees it: pictures go up, reports come down, and a stranger's look proves the way from outside."""

import os
from collections.abc import AsyncGenerator, Callable

import httpx

from sora_studio.domain.errors import PublishingFailed
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.ports import Callback, Clock, RelayGreeting
from sora_studio.domain.relay import NONCE_BYTES, callback_secret
from sora_studio.domain.settings import check_relay_url


class RelayClient:
    """One relay over HTTP, on this machine or elsewhere. Its token goes to its own origin alone and is in no log and no error."""

    def __init__(
        self,
        base_url: str,
        *,
        token: Callable[[], str | None],
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = check_relay_url(base_url)
        self._token = token
        self._clock = clock
        self._transport = transport
        self._public_url = self._base_url

    @property
    def place(self) -> str:
        """By the address that the public uses, once the relay has told it."""
        return f"relay {self._public_url}"

    @property
    def can_withdraw(self) -> bool:
        """At any time."""
        return True

    def new_secret(self) -> str:
        """A task's secret. Raises `PublishingFailed` without a token."""
        return callback_secret(self._current_token(), os.urandom(NONCE_BYTES))

    def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        """The relay's stream; see the port."""
        raise NotImplementedError

    async def greet(self) -> RelayGreeting:
        """Who the relay is; see the port."""
        raise NotImplementedError

    async def publish(self, picture: PreparedPicture, handle: str, *, lifetime_s: float) -> str:
        """The picture's public address; see the port."""
        raise NotImplementedError

    async def withdraw(self, handle: str) -> None:
        """Take it back; see the port."""
        raise NotImplementedError

    async def check(self) -> None:
        """Publish and withdraw a picture of one pixel; see the port."""
        raise NotImplementedError

    async def visit(self, url: str) -> bytes:
        """What a stranger finds there; see the port."""
        raise NotImplementedError

    async def report(self, url: str, task_id: str) -> None:
        """Post there as the service does; see the port."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close every connection."""

    def _current_token(self) -> str:
        token = self._token()
        if not token:
            raise PublishingFailed("The relay's token is missing.", advice="Enter it in Settings.")
        return token
