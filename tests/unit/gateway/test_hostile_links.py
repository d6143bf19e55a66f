"""Links that try to lead into the person's own network, straight or by a redirect: not one connection goes there."""

import json
import socket
from pathlib import Path

import httpcore
import pytest

from sora_studio.domain import errors
from sora_studio.gateway.addresses import check_link, check_name, is_public
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.gateway.web_source import MAX_REDIRECTS
from tests.canary import QUERY
from tests.unit.gateway.doubles import HastyClock, run
from tests.unit.gateway.hostile_links import CDN, CDN_ADDRESS, CODES, HOSTILE, ODD_NUMBERS, PLAIN_ADDRESSES, SIX, Outside, moved

pytestmark = pytest.mark.usefixtures("names")


def fetch(link: str, outside: Outside, part: Path, monkeypatch: pytest.MonkeyPatch) -> errors.StudioError | None:
    """What came of it; anything but an error of our own fails the test."""
    monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: outside)

    async def scenario() -> None:
        films = FilmTransfer(gateway_is_loopback=False, clock=HastyClock())
        try:
            await films.fetch(link, part, lambda _: None)
        finally:
            await films.close()

    try:
        run(scenario())
    except errors.StudioError as error:
        return error
    return None


def test_the_corpus_is_as_large_as_it_claims() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize("link", HOSTILE, ids=lambda link: ascii(link)[:60])
def test_a_hostile_link_connects_to_nobody(link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = Outside()
    failure = fetch(link, outside, tmp_path / "part", monkeypatch)
    assert outside.connected == []
    assert isinstance(failure, errors.InvalidSetting | errors.ConnectionFailed)
    assert "secret" not in f"{failure.sentence}{failure.detail}{failure.__cause__!r}{failure.__context__!r}"


@pytest.mark.parametrize(("number", "link"), list(enumerate(HOSTILE)), ids=lambda link: ascii(link)[:60])
def test_a_redirect_to_a_hostile_link_goes_no_further(
    number: int, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = Outside(*[moved(link, CODES[number % len(CODES)])] * 9)
    fetch("https://cdn.example/film.mp4", outside, tmp_path / "part", monkeypatch)
    assert set(outside.connected) == {CDN_ADDRESS}


def test_at_most_five_redirects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = Outside(*[moved("https://cdn.example/next")] * 20)
    failure = fetch("https://cdn.example/film.mp4", outside, tmp_path / "part", monkeypatch)
    assert isinstance(failure, errors.PassingError)
    assert outside.connected == [CDN_ADDRESS] * (1 + MAX_REDIRECTS)
    assert not any(b"authorization" in sent.lower() for sent in outside.sent)


def test_a_name_that_changes_its_mind_is_asked_once_for_each_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]
) -> None:
    """Public when it is judged, private when it would be used: what was judged is what is connected to."""
    looked_up = list[str]()
    answers = iter([[CDN_ADDRESS], ["127.0.0.1"], ["10.0.0.1"], ["::1"]])

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    outside = Outside(moved("https://cdn.example/again"))
    failure = fetch("https://cdn.example/film.mp4", outside, tmp_path / "part", monkeypatch)
    assert isinstance(failure, errors.InvalidSetting)
    assert outside.connected == [CDN_ADDRESS]
    assert looked_up == [CDN, CDN]


@pytest.mark.parametrize("kind", ["text/html", "application/x-mpegURL", "image/svg+xml", ""])
def test_what_the_origin_calls_a_film_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    film = b"a film"
    head = f'HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="../../evil.exe"\r\n'
    outside = Outside(head.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(film), film))
    assert fetch("https://cdn.example/film.mp4", outside, tmp_path / "part", monkeypatch) is None
    assert (tmp_path / "part").read_bytes() == film
    assert sorted(path.name for path in tmp_path.iterdir()) in (["part"], ["part", "part.json"])


@pytest.mark.parametrize(
    "link", [link for link in [*ODD_NUMBERS, *PLAIN_ADDRESSES, *SIX] if link not in ("https://[::1/a", "https://::1/a")]
)
def test_a_proxy_is_asked_for_none_of_the_addresses_either(link: str) -> None:
    with pytest.raises(errors.InvalidSetting):
        check_name(check_link(link, loopback_allowed=False).host)


def test_addresses_of_ipv6_that_nobody_is_given_are_not_public() -> None:
    for address in ("::7f00:1", "fec0::1", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "4000::1", "5f00::1"):
        assert not is_public(address)


def test_the_note_beside_a_film_holds_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = b'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: 100\r\n\r\nhalf'
    link = f"https://cdn.example/film.mp4?{QUERY}"
    assert fetch(link, Outside(*[head] * 9), tmp_path / "part", monkeypatch) is not None
    assert json.loads((tmp_path / "part.json").read_text("utf-8")) == {"validator": '"one"', "total_bytes": 100}
