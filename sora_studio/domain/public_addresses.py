"""Whether an address can be reached from the internet, unlike those of this machine and its network."""

import ipaddress
import socket
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""The global unicast range of IPv6; beside it lie old and local kinds that may still be routed."""
_HOME_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public(address: str) -> bool:
    """Return whether the address is the same machine for everyone on the internet, however it is embedded in another."""
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
    """Return whether the name may be public, judged without a lookup: not this machine's or its network's.

    Addresses count in every spelling that resolvers accept: decimal, octal, hexadecimal, short.
    """
    name = host.lower().rstrip(".")
    try:
        address = name if ":" in name else socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return "." in name and not name.endswith(_HOME_NAMES)
    return is_public(address)


def is_public_url(url: str) -> bool:
    """Return whether the URL's host has a public name."""
    try:
        return is_public_name(urlsplit(url).hostname or "")
    except ValueError:  # it is not an address
        return False
