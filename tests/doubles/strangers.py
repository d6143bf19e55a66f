"""What a relay on the open internet hears: requests of every hostile kind, as bytes, endless and the same for each seed."""

import asyncio
import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sora_studio.domain.relay import callback_secret

CLOSED = 0
"""In the place of a status: the relay has closed the connection without a word."""
JPEG = b"\xff\xd8\xff\xe0" + bytes(500)
PATIENCE_S = 20


@dataclass(frozen=True)
class Target:
    """A relay that holds one picture and one callback, and what an eavesdropper would know of it."""

    host: str
    port: int
    token: str
    handle: str
    secret: str
    callback: bytes


@dataclass(frozen=True)
class Attack:
    """`expected` are the statuses that give nothing away."""

    kind: str
    sent: bytes
    expected: frozenset[int]


def attacks(target: Target, seed: int = 0) -> Iterator[Attack]:
    """All kinds in turn, each time with another variant."""
    rng = random.Random(seed)
    while True:
        for make in _KINDS:
            yield make(target, rng)


async def commit(attack: Attack, target: Target) -> int:
    """The status that it got; raises TimeoutError when the relay lets itself be held up."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(target.host, target.port)
        try:
            writer.write(attack.sent)
            await writer.drain()
            line = await reader.readline()
        except ConnectionError:
            line = b""
        finally:
            writer.close()
        return int(line.split()[1]) if line else CLOSED


def request(method: str, path: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """A request as it should be, apart from what the caller makes of it."""
    announced = len(body) if length is None else length
    lines = [f"{method} {path} HTTP/1.1", "Host: relay", *headers]
    if announced or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {announced}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _wrong_method(target: Target, rng: random.Random) -> Attack:
    method = rng.choice(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND"])
    return Attack("wrong method on a picture", request(method, f"/p/{target.handle}"), frozenset({405}))


def _wrong_method_of_callback(target: Target, rng: random.Random) -> Attack:
    method = rng.choice(["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    return Attack("wrong method on a callback", request(method, f"/c/{target.secret}"), frozenset({405}))


def _wrong_method_with_token(target: Target, rng: random.Random) -> Attack:
    path = rng.choice(["/v1/relay", "/v1/callbacks", f"/v1/pictures/{target.handle}"])
    sent = request(rng.choice(["POST", "PATCH", "OPTIONS", "HEAD"]), path, f"Authorization: Bearer {target.token}")
    return Attack("wrong method with the token", sent, frozenset({405}))


def _path_trick(target: Target, rng: random.Random) -> Attack:
    handle = target.handle
    tricks = [
        "/", "/p", "/p/", "/c/", "/c", "/v1", "/v1/", "/p//", f"//p/{handle}", f"/p/{handle}/", f"/p/./{handle}",
        f"/p/{handle}/..",
        f"/p/{handle}%00", f"/p/{handle}%00.jpg", f"/p/{handle};x=.jpg", f"/p/{handle.upper()}", f"/p/{handle[:-1]}",
        f"/p/{handle}g",
        "/p/../token", "/p/../../relay/token", "/p/%2e%2e/token", "/p/..%2ftoken", "/p/..%5ctoken", "/p/%c0%ae%c0%ae/token",
        "/p/%252e%252e%252ftoken", "/p/mailbox.db", "/p/../mailbox.db", "/p/*.jpg", "/p/%2A", "/p/C:%5Cboot.ini", "/p/con.jpg",
        "/etc/passwd", "/../../../../etc/passwd", "/p//etc/passwd", "/p/%2fetc%2fpasswd", "/.git/config", "/favicon.ico", "*",
        f"http://elsewhere.example/p/{handle}", f"/p/{handle}%0d%0aSet-Cookie:%20a=b", f"/p/{handle}%20", f"/P/{handle}",
        f"/v1/../p/{handle}", f"/p/{rng.randbytes(16).hex()}.jpg", "/p/" + "a" * 5000, "/p/%ff%fe%fd", "/p/%",
        "/p/%zz", f"/c/../p/{handle}",
    ]  # fmt: skip
    return Attack("path trick", request(rng.choice(["GET", "HEAD"]), rng.choice(tricks)), frozenset({400, 404, 405}))


def _path_trick_of_callback(target: Target, rng: random.Random) -> Attack:
    secret = target.secret
    tricks = [
        f"/c/{secret}/",
        f"/c//{secret}",
        f"/c/{secret}%00",
        f"/c/{secret}=",
        f"/c/{secret}%3d",
        f"/c/{secret[:-1]}",
        "/c/%2e%2e",
    ]
    path = rng.choice([*tricks, f"/c/{secret}%0a", f"/c/%20{secret}", f"/c/{secret}/../{secret}"])
    return Attack("path trick with a callback", request("POST", path, body=b"{}"), frozenset({404}))


def _path_trick_with_token(target: Target, rng: random.Random) -> Attack:
    name = rng.choice(
        ["../token", "..%2ftoken", "x.jpg", target.handle + "%00", "a/" + target.handle, "", "%2e%2e", "mailbox.db"]
    )
    headers = (f"Authorization: Bearer {target.token}", "Content-Type: image/jpeg", "Lifetime: 60")
    sent = request(rng.choice(["PUT", "DELETE"]), f"/v1/pictures/{name}", *headers, body=JPEG)
    return Attack("path trick with the token", sent, frozenset({400}))


def _bad_upload(target: Target, rng: random.Random) -> Attack:
    kind, lifetime, body = rng.choice([
        ("image/jpeg", "60", b"<script>alert(1)</script>" * 9), ("image/jpeg", "60", b""), ("image/png", "60", JPEG),
        ("text/html", "60", JPEG), ("", "60", JPEG), ("image/jpeg", "0", JPEG), ("image/jpeg", "-1", JPEG),
        ("image/jpeg", "604801", JPEG), ("image/jpeg", "9" * 30, JPEG), ("image/jpeg", "nan", JPEG), ("image/jpeg", "", JPEG),
        ("image/svg+xml", "60", b"<svg/>"),
    ])  # fmt: skip
    headers = (f"Authorization: Bearer {target.token}", f"Content-Type: {kind}", f"Lifetime: {lifetime}")
    sent = request("PUT", f"/v1/pictures/{target.handle}", *headers, body=body)
    return Attack("upload of what is no picture", sent, frozenset({400, 415}))


def _huge_upload(target: Target, rng: random.Random) -> Attack:
    headers = (f"Authorization: Bearer {target.token}", "Content-Type: image/jpeg", "Lifetime: 60")
    length = rng.choice([16_000_001, 10**9, 10**15])
    sent = request("PUT", f"/v1/pictures/{target.handle}", *headers, body=JPEG, length=length)
    return Attack("huge upload", sent, frozenset({413}))


def _huge_head(_target: Target, rng: random.Random) -> Attack:
    junk = rng.choice(["X-A: " + "a" * 70_000, "\r\n".join(f"X-{n}: {n}" for n in range(9000)), "Cookie: " + "a=b; " * 20_000])
    return Attack("huge head", request("GET", "/p/x", junk), frozenset({400, 404, CLOSED}))


def _huge_path(_target: Target, rng: random.Random) -> Attack:
    return Attack("huge path", request("GET", "/p/" + "%41" * rng.randint(30_000, 60_000)), frozenset({400, 404, CLOSED}))


def _huge_callback(target: Target, rng: random.Random) -> Attack:
    body = b"[" * rng.randint(65_537, 90_000)
    sent = request("POST", f"/c/{target.secret}", body=body, length=rng.choice([None, 10**12]))
    return Attack("huge callback", sent, frozenset({413, CLOSED}))


def _huge_callback_in_chunks(target: Target, _rng: random.Random) -> Attack:
    head = f"POST /c/{target.secret} HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return Attack("huge callback in chunks", head + (b"1000\r\n" + bytes(4096) + b"\r\n") * 20, frozenset({413, CLOSED}))


def _slow_head(target: Target, rng: random.Random) -> Attack:
    whole = request("GET", f"/p/{target.handle}")
    return Attack("slow head", whole[: rng.randrange(len(whole) - 1)], frozenset({CLOSED}))


def _slow_callback(target: Target, rng: random.Random) -> Attack:
    body = target.callback[: rng.randrange(len(target.callback))]
    sent = request("POST", f"/c/{target.secret}", body=body, length=len(target.callback))
    return Attack("slow callback", sent, frozenset({408, CLOSED}))


def _replayed_callback(target: Target, _rng: random.Random) -> Attack:
    return Attack("replayed callback", request("POST", f"/c/{target.secret}", body=target.callback), frozenset({200}))


def _forged_callback(target: Target, rng: random.Random) -> Attack:
    nonce = rng.randbytes(16)
    raw = bytearray(base64.urlsafe_b64decode(target.secret + "="))
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    flipped = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    respelt = target.secret[:-1] + letters[letters.index(target.secret[-1]) ^ rng.randint(1, 3)]
    random_one = base64.urlsafe_b64encode(rng.randbytes(32)).decode().rstrip("=")
    forged = rng.choice(
        [flipped, respelt, random_one, callback_secret("another relay's token", nonce), callback_secret("", nonce)]
    )
    return Attack("forged callback", request("POST", f"/c/{forged}", body=target.callback), frozenset({404}))


def _forged_token(target: Target, rng: random.Random) -> Attack:
    token = target.token
    said = rng.choice([
        "", "Bearer", "Bearer ", f"Bearer {token[:-1]}", f"Bearer {token}x", f"Bearer {token.swapcase()}",
        f"Basic {token}", token,
        f"Bearer  {token}", f"Bearer {token} x", "Bearer " + "a" * 9000, "Bearer \xff\xfe", f"Token {token}",
        "Bearer null", "Bearer ' OR 1=1",
    ])  # fmt: skip
    method, path = rng.choice([
        ("PUT", f"/v1/pictures/{target.handle}"), ("DELETE", f"/v1/pictures/{target.handle}"), ("GET", "/v1/callbacks?after=0"),
        ("GET", f"/v1/relay?token={token}"), ("PUT", "/v1/pictures/../x"),
    ])  # fmt: skip
    headers = (f"Authorization: {said}", "Content-Type: image/jpeg", "Lifetime: 60", f"Cookie: token={token}")
    return Attack("forged token", request(method, path, *headers, body=JPEG if method == "PUT" else b""), frozenset({401}))


def _no_http(_target: Target, rng: random.Random) -> Attack:
    sent = rng.choice([
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(200) + b"\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\r\n\r\n", rng.randbytes(300) + b"\r\n\r\n", b"\0" * 200 + b"\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ])  # fmt: skip
    return Attack("no HTTP", sent, frozenset({400, 404, CLOSED}))


def _smuggled(target: Target, rng: random.Random) -> Attack:
    head = f"POST /c/{target.secret} HTTP/1.1\r\nHost: relay\r\n"
    lengths = rng.choice([
        "Content-Length: 4\r\nContent-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: +4\r\n",
        "Content-Length: 0x4\r\n",
        "Content-Length: " + "9" * 40 + "\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ])  # fmt: skip
    return Attack("smuggled", (head + lengths + "\r\nabcd\r\n").encode(), frozenset({400, 413, 501, CLOSED}))


def _broken_chunks(target: Target, rng: random.Random) -> Attack:
    head = f"POST /c/{target.secret} HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = rng.choice(
        ["zz\r\n{}\r\n", "-2\r\n{}\r\n", "2\r\n{}x\r\n0\r\n\r\n", "f" * 30 + "\r\n{}\r\n", "2" + ";a=b" * 20_000]
    )
    return Attack("broken chunks", (head + chunks).encode(), frozenset({400, CLOSED}))


def _upgrade(target: Target, rng: random.Random) -> Attack:
    upgrade = rng.choice(["websocket", "h2c", "TLS/1.0"])
    headers = (
        f"Upgrade: {upgrade}",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: aaaaaaaaaaaaaaaaaaaaaa==",
        "Sec-WebSocket-Version: 13",
    )
    return Attack("upgrade", request("GET", f"/c/{target.secret}", *headers), frozenset({405}))


_KINDS: tuple[Callable[[Target, random.Random], Attack], ...] = (
    _wrong_method, _wrong_method_of_callback, _wrong_method_with_token, _path_trick, _path_trick_of_callback,
    _path_trick_with_token,
    _bad_upload, _huge_upload, _huge_head, _huge_path, _huge_callback, _huge_callback_in_chunks, _slow_head, _slow_callback,
    _replayed_callback, _forged_callback, _forged_token, _no_http, _smuggled, _broken_chunks, _upgrade,
)  # fmt: skip
