"""Whatever a store answers becomes a sentence that says what to do; the addresses and regions that people enter work."""

import asyncio
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sora_studio.domain.errors import (
    ConnectionFailed,
    PassingError,
    PublishingFailed,
    RouteUnusable,
    ServiceUnavailable,
    StudioError,
)
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.picture import PreparedPicture
from sora_studio.gateway import upload_body
from sora_studio.gateway.signed_upload import SignedUpload
from sora_studio.hosting import objects
from sora_studio.hosting.bucket import BucketHost
from tests import canary
from tests.doubles.lent_films import MB, lent_film
from tests.doubles.object_store import answering

PICTURE = PreparedPicture(b"RIFF....WEBP", "image/webp", 1, 1)
HANDLE = "0123456789abcdefghijkl.webp"


def host(endpoint: str, *, region: str = "", bucket: str = "pictures") -> BucketHost:
    return BucketHost(
        endpoint=endpoint,
        bucket=bucket,
        region=region,
        key_id=lambda: "key",
        secret=lambda: canary.BUCKET_SECRET,
        send_file=SignedUpload().send,
    )


def link(bucket_host: BucketHost) -> str:
    """What it signs; nothing is sent for that."""
    return asyncio.run(bucket_host._open().sign(HANDLE, lifetime_s=60.0, failure="Signing did not work."))


def failure(endpoint: str, what: PreparedPicture | PreparedFile = PICTURE) -> StudioError:
    with pytest.raises(StudioError) as caught:
        asyncio.run(host(endpoint).publish(what, HANDLE, lifetime_s=60.0))
    assert "X-Amz-Signature" not in f"{caught.value!r}{caught.value.detail}{caught.value.__context__!r}"
    return caught.value


def error_body(code: str, more: str = "") -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>As the store says it.</Message>{more}</Error>"


WRONG_REGION = error_body("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (403, error_body("InvalidAccessKeyId"), RouteUnusable, "does not know this access key"),
        (403, error_body("SignatureDoesNotMatch"), RouteUnusable, "does not match the access key"),
        (403, error_body("AccessDenied"), RouteUnusable, "to put, get and delete objects in the bucket pictures"),
        (404, error_body("NoSuchBucket"), RouteUnusable, "no bucket pictures at 127.0.0.1"),
        (400, WRONG_REGION, RouteUnusable, "in another region eu-west-1. Change it"),
        (301, error_body("PermanentRedirect"), RouteUnusable, "in another region. Change it"),
        (403, error_body("RequestTimeTooSkewed"), RouteUnusable, "Set the clock"),
        (403, error_body("QuotaExceeded"), RouteUnusable, "is full"),
        (507, "", RouteUnusable, "is full"),
        (503, error_body("SlowDown"), ServiceUnavailable, "temporary problem"),
        (429, "", ServiceUnavailable, "temporary problem"),
        (500, "<html>oops", ServiceUnavailable, "temporary problem"),
        (400, error_body("InvalidRequest"), PublishingFailed, "The store refused."),
        (401, "", PublishingFailed, "The store refused."),
        (200, "<html>Welcome", RouteUnusable, "does not answer like an S3 store. Check the store's address"),
    ],
)
def test_every_answer_is_a_sentence(tmp_path: Path, status: int, body: str, kind: type[StudioError], words: str) -> None:
    with answering(status, body) as endpoint:
        errors = {"picture": failure(endpoint), "film": failure(endpoint, lent_film(tmp_path, 300_000))}
    for medium, error in errors.items():
        assert type(error) is kind
        assert error.title.startswith(f"The {medium} was not stored. ")
        assert words in error.sentence
        assert canary.BUCKET_SECRET not in f"{error!r}{error.detail}"


def test_a_film_goes_up_in_one_request_and_comes_back_as_a_link(tmp_path: Path) -> None:
    film = lent_film(tmp_path)
    with answering(200, ETag='"1"') as endpoint:
        handle = HANDLE.replace("webp", "mp4")
        made = asyncio.run(host(endpoint).publish(film, handle, lifetime_s=60.0))
    assert made.startswith(f"{endpoint}/pictures/{handle}?")
    assert "X-Amz-Expires=60" in made


def test_a_film_whose_copy_is_gone_is_that_films_fault(tmp_path: Path) -> None:
    film = lent_film(tmp_path, 300_000)
    film.path.unlink()
    with answering(200, ETag='"1"') as endpoint:
        error = failure(endpoint, film)
    assert type(error) is PublishingFailed
    assert error.title == "The film's copy cannot be read: No such file or directory."


def test_an_unknown_refusal_keeps_the_stores_own_words() -> None:
    with answering(400, error_body("InvalidRequest")) as endpoint:
        assert failure(endpoint).detail == "InvalidRequest: As the store says it."


def test_a_store_that_does_not_speak_tls_gets_nothing(tmp_path: Path) -> None:
    with answering(200, "") as endpoint:
        for what in (PICTURE, lent_film(tmp_path, 300_000)):
            assert isinstance(failure(endpoint.replace("http://", "https://"), what), PassingError)


def test_only_a_store_that_was_never_reached_got_nothing_of_a_film(tmp_path: Path) -> None:
    film = lent_film(tmp_path, 8 * MB)
    with socket.create_server(("127.0.0.1", 0)) as hasty:
        endpoint = f"http://127.0.0.1:{hasty.getsockname()[1]}"

        def hang_up() -> None:
            with hasty.accept()[0] as connection:
                connection.recv(1000)

        thread = threading.Thread(target=hang_up)
        thread.start()
        error = failure(endpoint, film)
        thread.join()
    assert type(error) is PassingError
    assert "the connection was lost" in error.title
    assert type(failure(endpoint, film)) is ConnectionFailed


def test_a_film_that_makes_no_progress_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_body, "STALL_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = failure(f"http://127.0.0.1:{silent.getsockname()[1]}", lent_film(tmp_path))
    assert type(error) is PassingError
    assert "does not answer in time" in error.title


def test_a_store_that_is_silent_is_given_up_and_left_at_once_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "UPLOAD_WITHIN_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(10)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = failure(endpoint)
        assert type(error) is PassingError
        assert "does not answer in time" in error.title
        while True:  # what that attempt left
            connection = silent.accept()[0]
            with connection:
                if connection.recv(1 << 16, socket.MSG_PEEK):
                    break
        monkeypatch.undo()

        async def impatient() -> None:
            async with asyncio.timeout(0.1):
                await host(endpoint).publish(PICTURE, HANDLE, lifetime_s=60.0)

        with pytest.raises(TimeoutError):
            asyncio.run(impatient())


@pytest.mark.parametrize(
    ("endpoint", "region", "start", "scope"),
    [
        ("", "eu-west-3", "https://s3.eu-west-3.amazonaws.com/pictures/", "eu-west-3"),
        ("", "", "https://s3.us-east-1.amazonaws.com/pictures/", "us-east-1"),
        ("https://s3.us-west-004.backblazeb2.com", "", "https://s3.us-west-004.backblazeb2.com/pictures/", "us-west-004"),
        ("https://abc.r2.cloudflarestorage.com", "auto", "https://abc.r2.cloudflarestorage.com/pictures/", "auto"),
        ("https://pictures.s3.fr-par.scw.cloud/", "", "https://pictures.s3.fr-par.scw.cloud/", "fr-par"),
        ("https://minio.example.org:9000", "", "https://minio.example.org:9000/pictures/", "us-east-1"),
        ("http://localhost:9000", "", "http://localhost:9000/pictures/", "us-east-1"),
    ],
)
def test_addresses_as_people_enter_them(endpoint: str, region: str, start: str, scope: str) -> None:
    made = link(host(endpoint, region=region))
    assert made.partition("?")[0] == f"{start}{HANDLE}"
    assert f"%2F{scope}%2Fs3%2F" in urlsplit(made).query


@pytest.mark.parametrize(("endpoint", "bucket"), [("http://s3.example.org", "pictures"), ("https://s3.example.org", "A B")])
def test_a_store_to_which_the_keys_would_go_in_the_clear_is_refused(endpoint: str, bucket: str) -> None:
    with pytest.raises(PublishingFailed, match=r"https|cannot be a bucket's name"):
        asyncio.run(host(endpoint, bucket=bucket).check())


def test_nothing_heavy_is_loaded_before_a_picture_is_published() -> None:
    script = "import sys, sora_studio.hosting.bucket; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=30).returncode == 0
