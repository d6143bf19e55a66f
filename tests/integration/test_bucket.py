"""Pictures in a real S3 store: reachable by whoever has the link, while it lives, and by nobody else."""

import asyncio
import contextlib
import hashlib
import socket
import time
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from sora_studio.domain.errors import ConnectionFailed, PublishingFailed, StudioError
from sora_studio.domain.picture import PreparedPicture
from sora_studio.gateway.signed_upload import SignedUpload
from sora_studio.hosting.bucket import BucketHost
from sora_studio.hosting.objects import Objects
from tests import canary
from tests.doubles.lent_films import MB, lent_film
from tests.integration.s3_store import BUCKET, KEY_ID, S3Store, visit

Result = TypeVar("Result")
PICTURE = PreparedPicture(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "image/png", 8, 8)
HANDLE = "0123456789abcdefghijkl.png"
DAY_S = 86_400.0


def host_on(
    url: str, *, bucket: str = BUCKET, key_id: str | None = KEY_ID, secret: str | None = canary.BUCKET_SECRET
) -> BucketHost:
    return BucketHost(
        endpoint=url, bucket=bucket, region="", key_id=lambda: key_id, secret=lambda: secret, send_file=SignedUpload().send
    )


def run(work: Awaitable[Result]) -> Result:
    async def story() -> Result:
        return await work

    return asyncio.run(story())


def refusal(work: Awaitable[object]) -> StudioError:
    """What it raised. Neither the secret nor a link is in anything that could be shown or logged."""
    with pytest.raises(StudioError) as caught:
        run(work)
    error = caught.value
    assert error.__suppress_context__ or error.__context__ is None
    shown = f"{error!r} {error.sentence} {error.detail}"
    assert canary.BUCKET_SECRET not in shown
    assert not canary.has_link(shown)
    return error


def test_a_picture_is_lent_by_its_link_alone_and_taken_back(server: S3Store) -> None:
    host = host_on(server.url)
    link = run(host.publish(PICTURE, HANDLE, lifetime_s=DAY_S))
    assert visit(link) == (200, PICTURE.content, "image/png")
    assert visit(link.partition("?")[0])[0] == 403
    assert visit(link.replace(HANDLE, "0123456789abcdefghijkm.png"))[0] == 403
    run(host.withdraw(HANDLE))
    assert visit(link)[0] == 404
    run(host.withdraw(HANDLE))


def test_a_film_is_streamed_to_the_store_and_served_by_its_link(server: S3Store, tmp_path: Path) -> None:
    host, film, handle = host_on(server.url), lent_film(tmp_path, 12 * MB), HANDLE.replace("png", "mp4")
    status, content, kind = visit(run(host.publish(film, handle, lifetime_s=DAY_S)))
    assert (status, kind, hashlib.sha256(content).hexdigest()) == (200, "video/mp4", film.fingerprint)
    run(host.withdraw(handle))
    assert not server.has(BUCKET, handle)
    assert "does not match" in refusal(host_on(server.url, secret="wrong").publish(film, handle, lifetime_s=DAY_S)).title


def test_a_link_ends_by_itself(server: S3Store) -> None:
    host = host_on(server.url)
    link = run(host.publish(PICTURE, HANDLE, lifetime_s=1.0))

    deadline = time.monotonic() + 8
    while visit(link)[0] == 200:
        assert time.monotonic() < deadline
    assert visit(link)[0] == 403
    assert server.has(BUCKET, HANDLE)
    again = run(host.publish(PICTURE, HANDLE, lifetime_s=7 * DAY_S))
    assert visit(again)[0] == 200
    with pytest.raises(ValueError, match="seven days"):
        run(host.publish(PICTURE, HANDLE, lifetime_s=7 * DAY_S + 1))


def test_another_studio_on_the_same_bucket_can_take_it_back(server: S3Store) -> None:
    one, other = host_on(server.url), host_on(server.url)
    assert one.place == other.place
    assert one.place != host_on(server.url, bucket="guarded").place
    link = run(one.publish(PICTURE, "published-by-one-000000.png", lifetime_s=60.0))
    run(other.publish(replace(PICTURE, content=b"another"), "published-by-other-0000.png", lifetime_s=60.0))
    run(other.withdraw("published-by-one-000000.png"))
    assert visit(link)[0] == 404
    assert server.has(BUCKET, "published-by-other-0000.png")


def test_the_check_proves_the_way_and_leaves_nothing(server: S3Store) -> None:
    server.create("tidy")
    run(host_on(server.url, bucket="tidy").check())
    status, listing, _ = visit(server.signed("GET", "/tidy"))
    assert status == 200
    assert b"<Key>" not in listing


def test_a_check_that_nobody_waits_for_any_more_leaves_nothing_either(server: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    server.create("left-alone")

    async def story() -> None:
        fetching = asyncio.Event()

        async def fetch_for_ever(*_: object, **__: object) -> bytes:
            fetching.set()
            await asyncio.Event().wait()
            return b""

        monkeypatch.setattr(Objects, "fetch", fetch_for_ever)
        check = asyncio.ensure_future(host_on(server.url, bucket="left-alone").check())
        await asyncio.wait((check, asyncio.ensure_future(fetching.wait())), return_when=asyncio.FIRST_COMPLETED)
        assert not check.done(), check
        check.cancel()
        await asyncio.wait((check,))

    run(story())
    assert b"<Key>" not in visit(server.signed("GET", "/left-alone"))[1]


@pytest.mark.parametrize(
    ("key_id", "secret", "words"),
    [
        (KEY_ID, "wrong-secret", "does not match"),
        ("wrong-id", canary.BUCKET_SECRET, "does not know this access key"),
        (None, canary.BUCKET_SECRET, "keys are missing"),
        (KEY_ID, None, "keys are missing"),
    ],
    ids=["secret", "key", "no key", "no secret"],
)
def test_wrong_keys_are_told_apart(server: S3Store, key_id: str | None, secret: str | None, words: str) -> None:
    host = host_on(server.url, key_id=key_id, secret=secret)
    for work in (host.publish(PICTURE, HANDLE, lifetime_s=60.0), host.withdraw(HANDLE), host.check()):
        error = refusal(work)
        assert isinstance(error, PublishingFailed)
        assert words in error.title
        assert "Settings" in error.advice


def test_rights_that_are_lacking_are_named_by_the_step(server: S3Store) -> None:
    assert "does not permit this" in refusal(host_on(server.url, bucket="of-others").check()).title
    server.create("guarded")
    host = host_on(server.url, bucket="guarded")
    run(host.check())
    server.forbid("guarded", "DeleteObject")
    assert refusal(host.check()).title.startswith("Removing did not work.")
    server.forbid("guarded", "GetObject")
    assert refusal(host.check()).title.startswith("Fetching by a signed link did not work.")
    server.forbid("guarded", "PutObject")
    assert refusal(host.check()).title.startswith("Storing did not work.")


def test_a_bucket_that_is_not_there(server: S3Store) -> None:
    error = refusal(host_on(server.url, bucket="missing").publish(PICTURE, HANDLE, lifetime_s=60.0))
    assert isinstance(error, PublishingFailed)
    assert "There is no bucket missing at 127.0.0.1" in error.title


def test_a_server_that_is_not_there_passes() -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = int(silent.getsockname()[1])
    error = refusal(host_on(f"http://127.0.0.1:{port}").publish(PICTURE, HANDLE, lifetime_s=60.0))
    assert isinstance(error, ConnectionFailed)
    assert f"127.0.0.1:{port} cannot be reached" in error.title


def test_what_the_environment_says_to_other_programs_is_not_used(server: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "another")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
    run(host_on(server.url).check())
    link = run(host_on(server.url).publish(PICTURE, HANDLE, lifetime_s=60.0))
    assert "another" not in link
