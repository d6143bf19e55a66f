"""Servers that other clients cope with, on real sockets: odd encodings, real compression, broken headers, odd framing."""

import asyncio
import gzip
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from sora_studio.domain import errors
from sora_studio.domain.ports import TransferProgress
from sora_studio.gateway import transfer as transfer_module
from sora_studio.gateway.tolerant_stream import mended
from sora_studio.gateway.transfer import FilmTransfer
from tests.unit.gateway.doubles import HastyClock, run, serving

FILM = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + random.Random(3).randbytes(60_000) + b"a quiet end" * 2000
OK = "HTTP/1.1 200 OK\r\n"
CLOSE = "Connection: close\r\n"

Answer = Callable[[int, str], bytes]
"""The whole answer to a request, by its number and its head."""


def body(content: bytes, *headers: str, status: str = OK) -> bytes:
    length = f"Content-Length: {len(content)}\r\n"
    return (status + length + "".join(f"{header}\r\n" for header in headers) + "\r\n").encode("latin-1") + content


def chunked(content: bytes) -> bytes:
    pieces = [content[at : at + 7000] for at in range(0, len(content), 7000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def fetch(part: Path, answer: Answer, *, say: Callable[[TransferProgress], None] = lambda _: None) -> list[str]:
    """The heads of the requests that it took."""
    asked = list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            asked.append(head)
            whole = answer(len(asked), head)
            writer.write(whole)
            await writer.drain()
            if not re.search(rb"(?i)content-length: \d|chunked", whole.split(b"\r\n\r\n")[0]) or b"close" in whole[:300]:
                return

    async def scenario() -> None:
        async with serving(serve) as base_url:
            films = FilmTransfer(gateway_is_loopback=True, clock=HastyClock())
            try:
                await films.fetch(f"{base_url}/film.mp4", part, say)
            finally:
                await films.close()

    run(scenario())
    return asked


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "film.part"


@pytest.mark.parametrize(
    "encoding",
    [
        *(
            "",
            " ",
            "identity",
            "none",
            "None",
            "binary",
            "utf-8",
            "UTF-8",
            "aws-chunked",
            "aws-chunked,",
            "aws-chunked,identity",
        ),
        *("video/mp4", "base64", "7bit", "x-unknown", ",,", "gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip"),
    ],
)
def test_an_encoding_that_the_bytes_do_not_have_counts_as_none(part: Path, encoding: str) -> None:
    asked = fetch(part, lambda _n, _head: body(FILM, f"Content-Encoding: {encoding}"))
    assert part.read_bytes() == FILM
    assert len(asked) == 1
    assert "Accept-Encoding: identity\r\n" in asked[0]


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(FILM), "gzip"),
        (gzip.compress(FILM), "X-GZip"),
        (gzip.compress(FILM), "aws-chunked,gzip"),
        (gzip.compress(FILM), "none"),
        (gzip.compress(FILM), ""),
        (gzip.compress(gzip.compress(FILM)), "gzip, gzip"),
        (gzip.compress(gzip.compress(FILM)), "gzip"),
        (gzip.compress(FILM[:9000]) + gzip.compress(FILM[9000:]), "gzip"),
        (gzip.compress(FILM) + bytes(512), "gzip"),
        (zlib.compress(FILM), "deflate"),
        (raw_deflate(FILM), "deflate"),
    ],
)
@pytest.mark.parametrize("framing", ["length", "chunked", "closed"])
def test_what_really_is_compressed_is_unpacked(part: Path, packed: bytes, encoding: str, framing: str) -> None:
    head = f"{OK}Content-Encoding: {encoding}\r\n"
    answers = {
        "length": body(packed, f"Content-Encoding: {encoding}"),
        "chunked": f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunked(packed),
        "closed": f"{head}{CLOSE}\r\n".encode() + packed,
    }
    asked = fetch(part, lambda _n, _head: answers[framing])
    assert part.read_bytes() == FILM
    assert len(asked) == 1
    assert sorted(path.name for path in part.parent.iterdir()) == ["film.part", "film.part.json"]
    assert fetch(part, lambda _n, _head: pytest.fail("it was whole")) == []
    assert part.read_bytes() == FILM


@pytest.mark.parametrize("validator", ['ETag: "packed"', "Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT"])
def test_a_compressed_film_goes_on_where_its_compressed_bytes_stopped(part: Path, validator: str) -> None:
    packed = gzip.compress(FILM)
    seen = list[TransferProgress]()

    def answer(number: int, head: str) -> bytes:
        whole = body(packed, "Content-Encoding: gzip", validator)
        if number == 1:
            return whole.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)[:30_000]
        start = int(head.partition("Range: bytes=")[2].partition("-")[0])
        rest = packed[start:]
        span = f"Content-Range: bytes {start}-{len(packed) - 1}/{len(packed)}"
        return body(rest, "Content-Encoding: gzip", validator, span, status="HTTP/1.1 206 Partial Content\r\n")

    asked = fetch(part, answer, say=seen.append)
    assert part.read_bytes() == FILM
    assert len(asked) == 2
    assert len(packed) in {progress.total_bytes for progress in seen[:-1]}
    assert seen[-1].received_bytes == seen[-1].total_bytes == len(FILM)


def test_compressed_bytes_are_not_continued_with_plain_ones(part: Path) -> None:
    """A server that compresses on the fly does not do it for ranges, and the time of change is the same for both forms."""
    packed, changed = gzip.compress(FILM), "Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT"

    def answer(number: int, head: str) -> bytes:
        if number == 1:
            start = f"{OK}Content-Encoding: gzip\r\n{changed}\r\nTransfer-Encoding: chunked\r\n{CLOSE}\r\n"
            return start.encode() + chunked(packed)[:20_000]
        if "Range: bytes=" not in head:
            return body(FILM, changed)
        start = int(head.partition("Range: bytes=")[2].partition("-")[0])
        span = f"Content-Range: bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return body(FILM[start:], changed, span, status="HTTP/1.1 206 Partial Content\r\n")

    assert len(fetch(part, answer)) == 3
    assert part.read_bytes() == FILM


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(FILM)[:20_000], gzip.compress(FILM)[:-8] + bytes(8), gzip.compress(b"no film" * 999)[:-9]],
    ids=["cut", "wrong sum", "cut and no film"],  # the bytes hold the time, and workers have to agree on the names
)
def test_compressed_bytes_that_are_damaged_stay_as_they_came(part: Path, packed: bytes) -> None:
    assert len(fetch(part, lambda _n, _head: body(packed, "Content-Encoding: gzip"))) == 1
    assert part.read_bytes() == packed
    assert sorted(path.name for path in part.parent.iterdir()) == ["film.part", "film.part.json"]


def test_a_bomb_is_not_unpacked(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_module, "MAX_FILM_BYTES", 5_000_000)
    packed = gzip.compress(bytes(50_000_000))
    fetch(part, lambda _n, _head: body(packed, "Content-Encoding: gzip"))
    assert part.read_bytes() == packed
    assert not part.with_name("film.part.unpacked").exists()


@pytest.mark.parametrize(
    "line",
    [
        "this line has no colon",
        "Bad Name: value",
        ": no name",
        "Space-Before : value",
        "Nul: a\0b",
        "Naïve: value",
        "(comment): value",
        "X: bell\x0b",
        'Content-Disposition: attachment; filename="für.mp4"; x="a\tb"',
        "Transfer-Encoding: identity",
        "Transfer-Encoding: ",
        "Content-Encoding",
        "Content-Length",
    ],
)
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_a_line_that_cannot_be_read_costs_that_line_alone(part: Path, line: str, newline: str) -> None:
    whole = body(FILM, 'ETag: "one"', line, "Server: odd")
    head, _, content = whole.partition(b"\r\n\r\n")
    answer = head.replace(b"\r\n", newline.encode()) + newline.encode() * 2 + content
    assert len(fetch(part, lambda _n, _head: answer)) == 1
    assert part.read_bytes() == FILM
    assert '\\"one\\"' in part.with_name("film.part.json").read_text("utf-8")


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, Chunked\r\nContent-Length: 5\r\n",
        "HTTP/1.1 200 \x01\x02\r\nTransfer-Encoding:chunked\r\n",
        "HTTP/1.1   200  OK\r\ntransfer-encoding: CHUNKED\r\nContent-Length: nonsense\r\n",
        "\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\nbroken\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nbroken\r\n",
    ],
)
def test_chunks_are_read_however_they_are_announced(part: Path, head: str) -> None:
    answer = head.encode("latin-1") + b"\r\n" + chunked(FILM)
    assert len(fetch(part, lambda _n, _head: answer)) == 1
    assert part.read_bytes() == FILM


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: a lot\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\nConnection: close\r\n",
        "HTTP/1.0 200 OK\r\n",
        "HTTP/2 200\r\n",
        "ICY 200 OK\r\n",
    ],
)
def test_without_a_length_that_can_be_read_a_film_ends_with_its_connection(part: Path, head: str) -> None:
    answer = head.encode("latin-1") + b"\r\n" + FILM
    assert len(fetch(part, lambda _n, _head: answer)) == 1
    assert part.read_bytes() == FILM


@pytest.mark.parametrize(
    "answer",
    [b"nonsense\r\n\r\n", b"220 mail.example ESMTP\r\n\r\n", b"HTTP/1.1 20 OK\r\n\r\n", b"X: " + b"a" * 200_000 + b"\r\n\r\n"],
)
def test_what_is_not_http_is_still_refused(part: Path, answer: bytes) -> None:
    with pytest.raises(errors.ConnectionFailed, match="is not HTTP that can be read"):
        fetch(part, lambda _n, _head: answer)
    assert not part.exists()


@pytest.mark.parametrize("cut_at", [10, 80, 30_000])
def test_a_server_that_always_ends_early_is_said_to_be_lost(part: Path, cut_at: int) -> None:
    answer = body(FILM, CLOSE.strip())[:cut_at]
    with pytest.raises(errors.ConnectionFailed, match=r"The connection to the film's server was lost\."):
        fetch(part, lambda _n, _head: answer)


def test_one_connection_serves_several_answers_with_odd_heads(part: Path) -> None:
    """A body that looks like heads is left alone, and the next answer on the connection is mended as well."""
    trap = FILM[:100] + b"\r\n\r\nHTTP/1.1 200 OK\r\nbroken line\r\n\r\n" + FILM[100:]

    def answer(number: int, _head: str) -> bytes:
        if number == 1:
            return b"HTTP/1.1 302 Found\r\nbroken\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
        return body(trap, "broken")

    assert len(fetch(part, answer)) == 2
    assert part.read_bytes() == trap


def test_a_head_is_mended_once_and_for_all() -> None:
    head = b"HTTP/1.1 200 OK\nA: 1\nbroken\nFolded: a\n  b\nContent-Length: 5, 5\nContent-Length: 5"
    once = mended(head)
    assert once == b"HTTP/1.1 200\r\nA: 1\r\nFolded: a b\r\nContent-Length: 5\r\n\r\n"
    assert mended(once.removesuffix(b"\r\n\r\n")) == once
