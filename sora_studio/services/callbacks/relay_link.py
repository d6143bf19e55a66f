"""The configured relay: opened on first use, and reopened when the settings change."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.errors import RouteUnusable
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.settings import RelayPlace, Settings, check_relay_url, is_loopback

if TYPE_CHECKING:
    from sora_studio.gateway.relay_client import RelayClient
    from sora_studio.relay.embedded import EmbeddedRelay


@dataclass(frozen=True, slots=True)
class RelayChoice:
    """Which relay is used. `url` is its public address; empty for one in this program that only this machine reaches.

    An `implied` relay was not configured: a gateway on this machine needs it for the first picture or report.
    """

    place: RelayPlace
    url: str = ""
    port: int = 0

    @property
    def is_set_up(self) -> bool:
        """Whether there is a relay."""
        return self.place is not RelayPlace.NONE

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it. False for one elsewhere, even on loopback: a tunnel may publish it."""
        return self.place is RelayPlace.HERE and (not self.url or is_loopback(self.url))

    @property
    def is_implied(self) -> bool:
        """Whether it need not start before it is needed."""
        return self.place is RelayPlace.HERE and not self.url


def choose_relay(settings: Settings, *, named_url: str, gateway_is_loopback: bool) -> RelayChoice:
    """Return the relay that the environment names, else the one in the settings.

    Raises `InvalidSetting` for an invalid address.
    """
    if named_url:
        return RelayChoice(RelayPlace.ELSEWHERE, check_relay_url(named_url))
    if settings.relay is RelayPlace.NONE or not settings.relay_url:
        return RelayChoice(RelayPlace.HERE if gateway_is_loopback else RelayPlace.NONE)
    return RelayChoice(settings.relay, check_relay_url(settings.relay_url), settings.relay_port)


class RelayLink:
    """A `PictureHost` through the relay, and access to its other functions.

    `serve` makes a relay in this program, only for the owner of the data folder; `token` returns that of a relay elsewhere.
    """

    def __init__(
        self,
        choice: Callable[[], RelayChoice],
        *,
        serve: Callable[[RelayChoice], "EmbeddedRelay"],
        connect: Callable[[str, Callable[[], str | None]], "RelayClient"],
        token: Callable[[], Awaitable[str | None]],
        is_owner: Callable[[], bool],
    ) -> None:
        self._choose = choice
        self._serve = serve
        self._connect = connect
        self._token = token
        self._is_owner = is_owner
        self._server: EmbeddedRelay | None = None
        self._connection: RelayClient | None = None
        self._lock = asyncio.Lock()

    @property
    def choice(self) -> RelayChoice:
        """The relay that is set up now."""
        return self._choose()

    @property
    def place(self) -> str:
        """A stable key for this relay, known before it is opened."""
        choice = self.choice
        return f"relay {choice.url}" if choice.place is RelayPlace.ELSEWHERE else "relay in this program"

    def knows(self, secret: str) -> bool:
        """Return whether a report with this secret can come from the relay that is open now."""
        return self._connection is not None and self._connection.knows(secret)

    async def open(self) -> "RelayClient":
        """Return the connection, made on the first call. Raises `RouteUnusable` if there is no relay or ours cannot start."""
        async with self._lock:
            if self._connection is None:
                self._connection = await self._open(self.choice)
            return self._connection

    async def close(self) -> None:
        """Close the connection, and stop the relay if it is ours. The next use opens what is configured then."""
        async with self._lock:
            connection, self._connection = self._connection, None
            server, self._server = self._server, None
            try:
                if connection is not None:
                    await connection.close()
            finally:
                if server is not None:
                    await server.stop()

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:
        """See `PictureHost.publish`."""
        return await (await self.open()).publish(picture, handle, lifetime_s=lifetime_s)

    async def withdraw(self, handle: str) -> None:
        """See `PictureHost.withdraw`."""
        await (await self.open()).withdraw(handle)

    async def check(self) -> str:
        """See `PictureHost.check`."""
        return await (await self.open()).check()

    async def _open(self, choice: RelayChoice) -> "RelayClient":
        match choice.place:
            case RelayPlace.NONE:
                raise RouteUnusable("No relay is set up.", advice="Set one up in Settings.", nothing_left=True)
            case RelayPlace.ELSEWHERE:
                token = await self._token()
                return self._connect(choice.url, lambda: token)
            case RelayPlace.HERE:
                server = await self._started(choice)
                return self._connect(server.base_url, lambda: server.token)

    async def _started(self, choice: RelayChoice) -> "EmbeddedRelay":
        if not self._is_owner():
            raise RouteUnusable(
                "The relay runs in the other Sora Studio that is open.", advice="Use it from there.", nothing_left=True
            )
        server = self._serve(choice)
        try:
            await server.start()
        except OSError as error:
            what = f"Port {choice.port} of this machine" if choice.port else "A port of this machine"
            raise RouteUnusable(
                f"{what} cannot be used for the relay: {error.strerror or error}.",
                advice="Close what uses it, or choose another port in Settings.",
                nothing_left=True,
            ) from error
        self._server = server
        return server
