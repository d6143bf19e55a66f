"""What several of the gateway's tests stand on."""

import socket

import pytest

from tests.unit.gateway.hostile_links import NAMES


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """No name is looked up outside; plain addresses, in whatever spelling, are read by the system's own resolver."""
    known, system = {name: list(addresses) for name, addresses in NAMES.items()}, socket.getaddrinfo

    def getaddrinfo(host: str | bytes, port: int, *args: int, **options: int) -> list[object]:
        host = host if isinstance(host, str) else host.decode("ascii")
        if (found := known.get(host.lower())) is not None:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]
        if any(character in "ghijklmnopqrstuvwyz" for character in host):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [*system(host, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known
