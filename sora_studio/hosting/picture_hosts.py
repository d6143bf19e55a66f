"""The picture hosts that the current settings allow."""

from collections.abc import Callable

from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.ports import KeyStore, PictureHost, SendFile
from sora_studio.domain.proxies import Proxies
from sora_studio.domain.settings import Settings
from sora_studio.hosting.bucket import BucketHost
from sora_studio.hosting.command import CommandHost


class PictureHosts:
    """Reads the settings and key stores at each call, so that a change takes effect at once.

    `send_file` uploads a film or sound to a bucket's signed link. `relay` returns the relay when one is set up.
    `prefers_relay`: the environment names a relay, which is then the route unless the settings choose another.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        bucket_key_id: KeyStore,
        bucket_secret: KeyStore,
        send_file: SendFile,
        relay: Callable[[], PictureHost | None],
        prefers_relay: bool,
        proxies: Proxies,
    ) -> None:
        self._settings = settings
        self._bucket_key_id = bucket_key_id
        self._bucket_secret = bucket_secret
        self._send_file = send_file
        self._relay = relay
        self._prefers_relay = prefers_relay
        self._proxies = proxies

    def available(self) -> dict[PictureRoute, PictureHost]:
        """Return the hosts that are set up."""
        hosts, settings = dict[PictureRoute, PictureHost](), self._settings()
        if settings.bucket_name and self._bucket_key_id.key is not None and self._bucket_secret.key is not None:
            hosts[PictureRoute.BUCKET] = BucketHost(
                endpoint=settings.bucket_endpoint,
                bucket=settings.bucket_name,
                region=settings.bucket_region,
                key_id=lambda: self._bucket_key_id.key,
                secret=lambda: self._bucket_secret.key,
                send_file=self._send_file,
                proxies=self._proxies,
            )
        if settings.picture_command:
            hosts[PictureRoute.COMMAND] = CommandHost(settings.picture_command)
        if (relay := self._relay()) is not None:
            hosts[PictureRoute.RELAY] = relay
        return hosts

    def chosen(self) -> PictureRoute | None:
        """Return the route that was chosen, whether its host is set up or not."""
        return self._settings().picture_route or (PictureRoute.RELAY if self._prefers_relay else None)
