"""Builds the routes by which files become public for a task: the relay, and the hosts that a person set up."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.ports import PictureHost
from sora_studio.domain.proxies import Proxies
from sora_studio.domain.settings import RelayPlace, Settings
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.gateway.signed_upload import SignedUpload
from sora_studio.hosting.picture_hosts import PictureHosts
from sora_studio.services.callbacks.relay_link import RelayChoice, RelayLink
from sora_studio.services.callbacks.relay_token import RelayToken
from sora_studio.storage.secrets import KeyStores

if TYPE_CHECKING:
    from sora_studio.relay.embedded import EmbeddedRelay


def build_relay(
    choose: Callable[[], RelayChoice],
    folder: Path,
    token: RelayToken,
    *,
    clock: Clock,
    proxies: Proxies,
    is_owner: Callable[[], bool],
) -> RelayLink:
    """Return the link to the relay that `choose` names; `folder` is for the program's own. Raises what `choose` raises."""

    def serve(choice: RelayChoice) -> "EmbeddedRelay":
        from sora_studio.relay.embedded import EmbeddedRelay  # noqa: PLC0415 - most people need none

        return EmbeddedRelay(folder, port=choice.port, public_url=choice.url)

    choose()  # reject an invalid address at the start
    return RelayLink(
        choose,
        serve=serve,
        connect=lambda url, secret: RelayClient(url, token=secret, clock=clock, proxies=proxies),
        token=token.load,
        is_owner=is_owner,
    )


def build_hosts(
    settings: Callable[[], Settings], keys: KeyStores, relay: RelayLink, *, proxies: Proxies, prefers_relay: bool
) -> PictureHosts:
    """Return the hosts: a bucket, the relay while one is set up, or a command."""

    def usable_relay() -> PictureHost | None:
        return relay if relay.choice.is_set_up else None

    return PictureHosts(
        settings,
        bucket_key_id=keys.bucket_key_id,
        bucket_secret=keys.bucket_secret,
        send_file=SignedUpload(proxies).send,
        relay=usable_relay,
        proxies=proxies,
        prefers_relay=prefers_relay,
    )


def relay_settings(settings: Settings) -> tuple[RelayPlace, str, int]:
    """Return everything that decides which relay is used."""
    return settings.relay, settings.relay_url, settings.relay_port
