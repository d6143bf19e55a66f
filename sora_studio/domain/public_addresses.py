"""Whether a service somewhere on the internet could reach an address: those of this machine and its network it cannot."""

import ipaddress
import socket
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""The part of IPv6 from which public addresses are given out; beside it lie old and local kinds that may still be routed."""
_HOME_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public(address: str) -> bool:
    """Whether anybody on the internet would reach the same machine there, whatever way the address is wrapped in another."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        teredo = ip.teredo[1] if ip.teredo else None
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else None
        wrapped = ip.ipv4_mapped or ip.sixtofour or teredo or nat64
        if wrapped is not None:
            return is_public(str(wrapped))
        if ip not in _GIVEN_OUT:
            return False
    return ip.is_global and not ip.is_multicast


def is_public_name(host: str) -> bool:
    """As far as a name tells without being looked up: not one of this machine or its network.

    Addresses count in every spelling that resolvers take for one: decimal, octal, hexadecimal, short.
    """
    name = host.lower().rstrip(".")
    try:
        address = name if ":" in name else socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return "." in name and not name.endswith(_HOME_NAMES)
    return is_public(address)


def is_public_url(url: str) -> bool:
    """Whether its host has a public name."""
    try:
        return is_public_name(urlsplit(url).hostname or "")
    except ValueError:  # it is no address
        return False
