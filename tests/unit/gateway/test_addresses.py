"""A link from outside never leads into the person's own machine or network."""

import socket
from collections.abc import Iterable

import httpcore
import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.gateway.addresses import GuardedBackend, check_link, check_name, is_public
from tests.unit.gateway.doubles import run

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%2", "fd00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1"),
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize(("address", "public"), [(a, False) for a in PRIVATE] + [(a, True) for a in PUBLIC])
def test_an_address_is_judged_by_where_it_leads(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "link",
    [
        "http://cdn.example/a.mp4",
        "ftp://cdn.example/a",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "a.mp4",
        "",
        "https://me@cdn.example/a",
        "https://me:pw@cdn.example/a",
        "https://cdn.example:99999999/a",
        "https://\x00/a",
        "http://127.0.0.1/a",
        "http://localhost/a",
    ],
)
def test_a_link_that_is_not_plain_https_is_refused_without_being_quoted(link: str) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        check_link(link, loopback_allowed=False)
    assert "cdn.example" not in refusal.value.sentence


def test_only_a_loopback_gateway_hands_out_plain_http_and_only_on_this_machine() -> None:
    assert str(check_link("http://127.0.0.1:8000/a.mp4", loopback_allowed=True)) == "http://127.0.0.1:8000/a.mp4"
    with pytest.raises(InvalidSetting):
        check_link("http://cdn.example/a.mp4", loopback_allowed=True)


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "printer.local", "10.0.0.1", "::1", "metadata.google.internal"])
def test_a_proxy_is_not_asked_for_this_network_either(host: str) -> None:
    with pytest.raises(InvalidSetting):
        check_name(host)


def test_a_proxy_may_be_asked_for_a_public_name_and_address() -> None:
    check_name("cdn.example")
    check_name("8.8.8.8")


class RecordingNetwork(httpcore.AsyncNetworkBackend):
    """Notes whom it was told to connect to; the addresses in `dead` do not answer."""

    def __init__(self, *dead: str) -> None:
        self.dead = dead
        self.asked: list[str] = []
        self.stream = httpcore.AsyncNetworkStream()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.asked.append(host)
        if host in self.dead:
            raise httpcore.ConnectError("dead")
        return self.stream


def connect(network: RecordingNetwork, *addresses: str) -> httpcore.AsyncNetworkStream:
    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("cdn.example", 443)
        return list(addresses)

    return run(GuardedBackend(network, resolve=resolve).connect_tcp("cdn.example", 443, timeout=10.0))


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    network = RecordingNetwork()
    assert connect(network, "8.8.8.8") is network.stream
    assert network.asked == ["8.8.8.8"]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1", "::1"], []])
def test_a_name_that_leads_home_is_never_connected_to(addresses: list[str]) -> None:
    network = RecordingNetwork()
    with pytest.raises(InvalidSetting):
        connect(network, *addresses)
    assert network.asked == []


def test_private_addresses_among_public_ones_are_passed_over_and_dead_ones_too() -> None:
    network = RecordingNetwork("8.8.8.8")
    connect(network, "10.0.0.1", "8.8.8.8", "8.8.4.4")
    assert network.asked == ["8.8.8.8", "8.8.4.4"]


def test_when_every_address_is_dead_the_connection_failed() -> None:
    with pytest.raises(httpcore.ConnectError):
        connect(RecordingNetwork("8.8.8.8", "8.8.4.4"), "8.8.8.8", "8.8.4.4")


def test_a_name_that_does_not_resolve_is_a_failed_connection() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(httpcore.ConnectError, match="Name or service not known"):
        run(GuardedBackend(RecordingNetwork(), resolve=resolve).connect_tcp("cdn.example", 443))
