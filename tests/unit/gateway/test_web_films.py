"""The address of a film or sound is judged from its beginning alone; only what is certainly neither is refused."""

import pytest

from sora_studio.domain.errors import InvalidRequest, ServiceUnavailable
from sora_studio.domain.media_types import WebFile
from sora_studio.gateway.media_header import ENOUGH_BYTES
from sora_studio.gateway.picture_checker import REMEMBER_S, HttpPictureChecker
from tests.doubles.lent_films import HEADS
from tests.unit.gateway.doubles import HastyClock, run
from tests.unit.gateway.test_picture_checker import PNG, QUERY, Web, assert_nothing_secret

LINK = f"https://cdn.example/private-folder/cat.mp4?{QUERY}"
MP4 = HEADS["video/mp4"] + bytes(ENOUGH_BYTES)
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm" + bytes(5000)
UNKNOWN = b"\1\2\3\4" * 2000


def look(web: Web | None, url: str = LINK) -> WebFile:
    async def scenario() -> WebFile:
        checker = HttpPictureChecker(gateway_is_loopback=False, clock=HastyClock(), transport=web)
        try:
            return await checker.look_at_file(url)
        finally:
            await checker.close()

    return run(scenario())


def sentence_about(web: Web | None, url: str = LINK) -> str:
    with pytest.raises(InvalidRequest) as caught:
        look(web, url)
    assert_nothing_secret(caught.value)
    return caught.value.title


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (MP4, "mp4"),
        (HEADS["video/quicktime"], "mov"),
        (HEADS["video/x-m4v"], "m4v"),
        (WEBM, "webm"),
        (WEBM.replace(b"webm", b"matr"), "mkv"),
        (HEADS["audio/mpeg"] + bytes(5000), "mp3"),
        (b"ID3\4\0\0\0\0\0\0" + bytes(5000), "mp3"),
        (HEADS["audio/wav"], "wav"),
        (HEADS["audio/mp4"], "m4a"),
        (b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis" + bytes(5000), "ogg"),
        (b"fLaC\0\0\0\x22" + bytes(5000), "flac"),
        (HEADS["audio/aac"], "aac"),
        (HEADS["audio/aiff"], "aiff"),
    ],
)
def test_a_container_is_known_by_its_first_bytes_whatever_the_server_says(body: bytes, name: str) -> None:
    for said in ("application/octet-stream", "text/html", "image/png"):
        assert look(Web(body, headers={"Content-Type": said, "Content-Length": str(len(body))})) == WebFile(name, len(body))


def test_only_the_beginning_is_asked_for_and_read() -> None:
    web = Web(MP4, status=206, headers={"Content-Range": f"bytes 0-{ENOUGH_BYTES - 1}/500000000"})
    assert look(web) == WebFile("mp4", 500_000_000)
    (request,) = web.requests
    assert request.headers["Range"] == f"bytes=0-{ENOUGH_BYTES - 1}"
    assert "Authorization" not in request.headers
    deaf = Web(MP4, headers={"Content-Length": "500000000"}, rest=1 << 40)
    assert look(deaf) == WebFile("mp4", 500_000_000)
    assert deaf.taken_bytes <= 2 * 16_384
    assert deaf.closed


@pytest.mark.parametrize("headers", [{}, {"Content-Range": "bytes 0-4095/*"}, {"Content-Range": "nonsense"}])
def test_a_size_that_nobody_tells_is_unknown(headers: dict[str, str]) -> None:
    assert look(Web(MP4, status=206, headers={**headers, "Content-Length": "4096"})) == WebFile("mp4", None)
    assert look(Web(MP4, headers=headers)) == WebFile("mp4", None)


@pytest.mark.parametrize(
    ("said", "name"),
    [("video/mp4", "mp4"), ("audio/aac; x=1", "aac"), ("Audio/X-WAV", "wav"), ("application/octet-stream", None), ("", None)],
)
def test_what_the_bytes_do_not_tell_the_type_may_and_neither_is_needed(said: str, name: str | None) -> None:
    assert look(Web(UNKNOWN, headers={"Content-Type": said})) == WebFile(name, None)


@pytest.mark.parametrize(
    ("body", "said", "words"),
    [
        (b"<!DOCTYPE html><title>Cat</title>", "", "is a web page, not a film or sound. Copy the address of the file itself."),
        (UNKNOWN, "text/html; charset=utf-16", "is a web page, not a film or sound."),
        (b'{"error": "no such film"}', "video/mp4", "is a JSON message, not a film or sound."),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "video/mp4", "is a playlist of other addresses, not a film or sound."),
        (PNG, "video/mp4", "is a PNG picture, not a film or sound."),
        (b"%PDF-1.7\n\1\2", "video/mp4", "is a PDF document, not a film or sound."),
        (b"", "video/mp4", "is empty."),
    ],
    ids=["page", "said page", "json", "playlist", "picture", "document", "nothing"],
)
def test_what_is_certainly_no_film_is_named(body: bytes, said: str, words: str) -> None:
    assert sentence_about(Web(body, headers={"Content-Type": said})).startswith(f"cdn.example/…/cat.mp4 {words}")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "answers 404: nothing is there."),
        (403, "needs a login"),
        (304, "answers 304 and no film or sound."),
    ],
)
def test_another_answer_is_refused_as_for_pictures(status: int, words: str) -> None:
    assert words in sentence_about(Web(MP4, status=status))


def test_what_is_private_compressed_or_busy_is_treated_as_for_pictures() -> None:
    assert "The service cannot fetch" in sentence_about(None, "https://127.0.0.1/cat.mp4")
    assert "is sent with HTTP compression" in sentence_about(Web(MP4, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ServiceUnavailable, match="temporary problem"):
        look(Web(MP4, status=503))


def test_a_good_answer_is_remembered_for_a_minute() -> None:
    web, clock = Web(MP4), HastyClock()

    async def scenario() -> None:
        checker = HttpPictureChecker(gateway_is_loopback=False, clock=clock, transport=web)
        for _ in range(2):
            assert await checker.look_at_file(LINK) == WebFile("mp4", None)
        assert len(web.requests) == 1
        clock.seconds += REMEMBER_S + 1
        await checker.look_at_file(LINK)
        assert len(web.requests) == 2
        await checker.close()

    run(scenario())
