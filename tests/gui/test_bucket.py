"""A bucket is spoken to on the window's own loop without holding it up, and is let go of with whoever waited for it."""

import asyncio
import socket

import pytest

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import ConnectionFailed
from sora_studio.domain.picture import PreparedPicture
from sora_studio.gateway.signed_upload import SignedUpload
from sora_studio.hosting.bucket import BucketHost
from tests import canary
from tests.doubles.object_store import answering

PICTURE = PreparedPicture(bytes(1 << 20), "image/png", 8, 8)
HANDLE = "0123456789abcdefghijkl.png"


def host(endpoint: str) -> BucketHost:
    return BucketHost(
        endpoint=endpoint,
        bucket="pictures",
        region="",
        key_id=lambda: "key",
        secret=lambda: canary.BUCKET_SECRET,
        send_file=SignedUpload().send,
    )


def test_it_is_answered_and_refused_on_the_windows_loop(loop: StudioEventLoop) -> None:
    with answering(200, ETag='"1"') as endpoint:
        link = loop.run_until_complete(host(endpoint).publish(PICTURE, HANDLE, lifetime_s=60.0))
    assert link.startswith(f"{endpoint}/pictures/{HANDLE}?")
    with pytest.raises(ConnectionFailed):
        loop.run_until_complete(host(endpoint).publish(PICTURE, HANDLE, lifetime_s=60.0))


def test_nobody_waits_any_more_so_the_connection_ends(loop: StudioEventLoop) -> None:
    async def story(server: socket.socket) -> None:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        work = asyncio.ensure_future(host(url).publish(PICTURE, HANDLE, lifetime_s=60.0))
        connection = (await asyncio.to_thread(server.accept))[0]
        with connection:
            connection.settimeout(10)
            work.cancel()
            await asyncio.wait([work])
            assert work.cancelled()
            while await asyncio.to_thread(connection.recv, 1 << 16):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        loop.run_until_complete(story(server))
