"""Addresses that lead into the person's own network, in every spelling, and a network that notes who is connected to."""

from collections.abc import Iterable

import httpcore

CDN, CDN_ADDRESS = "cdn.example", "93.184.216.34"
NAMES = {
    CDN: [CDN_ADDRESS],
    "home.example": ["192.168.1.1"],
    "machine.example": ["127.0.0.1", "::1"],
    "cloud.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "translated.example": ["64:ff9b::a00:1"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "a.localhost": ["127.0.0.1"],
    "printer.local": ["192.168.1.7"],
    "metadata.google.internal": ["169.254.169.254"],
    "intranet": ["10.1.1.1"],
    "xn--lclhost-1ya.example": ["127.0.0.1"],
}

ODD_NUMBERS = [
    *("https://2130706433/a", "https://0x7f000001/a", "https://017700000001/a", "https://127.1/a", "https://127.0.1/a"),
    *("https://0x7f.1/a", "https://0177.0.0.1/a", "https://0x7f.0x0.0x0.0x1/a", "https://3232235777/a", "https://0/a"),
    *("https://2852039166/a", "https://0xa9fea9fe/a", "https://10.1/a", "https://192.168.257/a", "https://256.256.256.256/a"),
]
PLAIN_ADDRESSES = [
    *("https://127.0.0.1/a", "https://127.255.255.254/a", "https://0.0.0.0/a", "https://10.0.0.1/a", "https://172.31.0.1/a"),
    *("https://192.168.0.1:8443/a", "https://169.254.169.254/latest/meta-data", "https://100.100.100.200/a"),
    *(
        "https://198.18.0.1/a",
        "https://224.0.0.1/a",
        "https://240.0.0.1/a",
        "https://255.255.255.255/a",
        "https://127.0.0.1./a",
    ),
]
SIX = [
    *("https://[::1]/a", "https://[::]/a", "https://[0:0:0:0:0:0:0:1]/a", "https://[fe80::1]/a", "https://[fe80::1%25eth0]/a"),
    *(
        "https://[fe80::1%eth0]/a",
        "https://[fc00::1]/a",
        "https://[fd12:3456::1]/a",
        "https://[fec0::1]/a",
        "https://[ff02::1]/a",
    ),
    *("https://[::ffff:127.0.0.1]/a", "https://[::ffff:7f00:1]/a", "https://[::ffff:192.168.1.1]/a", "https://[::127.0.0.1]/a"),
    *("https://[64:ff9b::127.0.0.1]/a", "https://[64:ff9b::a9fe:a9fe]/a", "https://[64:ff9b:1::7f00:1]/a"),
    *("https://[2002:7f00:1::]/a", "https://[2002:c0a8:101::1]/a", "https://[::ffff:0:127.0.0.1]/a", "https://[2001:db8::1]/a"),
    *("https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/a", "https://[100::1]/a", "https://[::1/a", "https://::1/a"),
]
PERSONS = [
    *("https://me@cdn.example/a", "https://me:secret@cdn.example/a", "https://cdn.example@127.0.0.1/a"),
    *("https://cdn.example:443@127.0.0.1/a", "https://cdn.example%40127.0.0.1/a", "https://cdn.example\\@127.0.0.1/a"),
]
NAMED = [
    *("https://localhost/a", "https://LOCALHOST/a", "https://localhost./a", "https://a.localhost/a", "https://printer.local/a"),
    *("https://metadata.google.internal/a", "https://intranet/a", "https://home.example/a", "https://machine.example/a"),
    *("https://cloud.example/a", "https://mapped.example/a", "https://translated.example/a"),
]
LOOKALIKES = [
    *("https://ｌｏｃａｌｈｏｓｔ/a", "https://①②⑦.⓪.⓪.①/a", "https://127。0。0。1/a", "https://lo\u00adcalhost/a"),
    *("https://ⓛocalhost/a", "https://lоcаlhost/a", "https://xn--lclhost-1ya.example/a", "https://xn--/a"),
    *("https://%31%32%37.0.0.1/a", "https://%6cocalhost/a", "https://127.0.0.1%2f@cdn.example/a", "https://\u202e127.0.0.1/a"),
]
ODD_SCHEMES = [
    *("http://cdn.example/a", "http://127.0.0.1/a", "ftp://cdn.example/a", "file:///etc/passwd", "file://localhost/etc/passwd"),
    *("data:video/mp4;base64,AAAA", "javascript:alert(1)", "gopher://127.0.0.1/a", "concat:/etc/passwd", "unix:///run/a.sock"),
    *("ws://cdn.example/a", "about:blank", "smb://cdn.example/a", "https+unix://cdn.example/a"),
]
ODD_SHAPES = [
    *("", "https://", "https:///a", "https:127.0.0.1/a", "https:/127.0.0.1/a", "https://cdn.example:0/a", "https://:443/a"),
    *("https://cdn.example:65536/a", "https://cdn.example:99999999/a", "https://cdn.example:-1/a", "https://cdn.example:x/a"),
    *("https://cdn.example\r\nHost: 127.0.0.1/a", "https://cdn.example/a\r\nAuthorization: x", "https://\tlocalhost/a"),
    *(
        "https://cdn.example\0.evil/a",
        "https://a b/a",
        "https://" + "a" * 70_000 + "/a",
        "https://-/a",
        "https://./a",
        "https://../a",
    ),
]
HOSTILE = [*ODD_NUMBERS, *PLAIN_ADDRESSES, *SIX, *PERSONS, *NAMED, *LOOKALIKES, *ODD_SCHEMES, *ODD_SHAPES]
CODES = (301, 302, 303, 307, 308)


class Outside(httpcore.AsyncNetworkBackend):
    """The network: notes every connection, and whoever is connected to says what is in the script, line by line."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connected = list[str]()
        self.sent = list[bytes]()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        return _Stream(self, self.answers.pop(0) if self.answers else b"")


class _Stream(httpcore.AsyncMockStream):
    def __init__(self, outside: Outside, answer: bytes) -> None:
        super().__init__([answer])
        self._outside = outside

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._outside.sent.append(buffer)


def moved(target: str, code: int = 302) -> bytes:
    """A redirect; what no header can hold is left out, as any server would."""
    line = target.replace("\r", "").replace("\n", "").replace("\0", "").encode()
    return b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (code, line)
