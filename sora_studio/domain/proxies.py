"""Which proxy a request uses, resolved once from the environment or the system's settings.

Names in the environment: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in lower or upper case.
"""

import ipaddress
import logging
import os
import re
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, cast
from urllib.parse import quote, unquote, urlsplit

from sora_studio.domain.settings import quoted

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SOCKS5: Final = "socks5"
_SCHEMES = {"http": "http", "https": "https", "socks": SOCKS5, "socks5": SOCKS5, "socks5h": SOCKS5}
_DEFAULT_PORTS = {"http": 80, "https": 443, SOCKS5: 1080}
_KINDS = ("http", "https", "all")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_PATTERN = re.compile(r"[a-z0-9_.*?-]+")
_NUMBERS = re.compile(r"[0-9.]+")
_PORT = re.compile(r"(.*):([0-9]{1,5})", re.DOTALL)
_ONLY_SOCKS5 = "SOCKS4 is not supported, SOCKS5 is"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy: `scheme` is `http`, `https` or `socks5`. It resolves names itself; `repr` hides the credentials."""

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """The address without credentials, fit for a sentence or a log."""
        return f"{self.scheme}://{self._host_and_port}"

    @property
    def secret_url(self) -> str:
        """The address with percent-encoded credentials, for a library that wants it so. Never show or log it."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.has_login else ""
        return f"{self.scheme}://{login}{self._host_and_port}"

    @property
    def has_login(self) -> bool:
        """Whether the setting contains a user name or a password."""
        return bool(self.user or self.password)

    @property
    def _host_and_port(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Bypass:
    """One entry of `no_proxy`: a network, a domain with everything below it, or a pattern; with a port, for that port only."""

    network: Network | None = None
    domain: str = ""
    pattern: str = ""
    port: int | None = None

    def covers(self, host: str, port: int | None) -> bool:
        """Return whether this host and port bypass the proxy. `host` is in lower case, an address without brackets."""
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address.version == self.network.version and address in self.network
        if self.domain:
            return host == self.domain or host.endswith(f".{self.domain}")
        return fnmatchcase(host, self.pattern)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies for `http`, `https` and all other requests, and what is reached without one.

    `problems` names the settings that were skipped because they cannot be read, as sentences without their values.
    `system_bypass` asks the system for its own exceptions.
    """

    by_scheme: Mapping[str, Proxy | None] = field(default_factory=dict[str, Proxy | None])
    bypasses: tuple[Bypass, ...] = ()
    problems: tuple[str, ...] = ()
    system_bypass: Callable[[str], bool] | None = None

    def for_url(self, url: str) -> Proxy | None:
        """Return the proxy for a request to `url`. This machine is always reached without one."""
        try:
            parts = urlsplit(url)
            host, port = _ascii((parts.hostname or "").rstrip(".")), parts.port
        except ValueError:
            return None
        scheme = parts.scheme.lower()
        proxy = self.by_scheme.get(scheme) or self.by_scheme.get("all")
        if proxy is None or not host or _is_this_machine(host):
            return None
        if any(bypass.covers(host, port or _DEFAULT_PORTS.get(scheme)) for bypass in self.bypasses):
            return None
        return None if self.system_bypass is not None and self.system_bypass(host) else proxy


DIRECT = Proxies()
"""No proxy for anything."""


def read_proxies(environment: Mapping[str, str] | None = None) -> Proxies:
    """Resolve the proxies from the environment, or from the system's settings when it names none. Log what is skipped.

    A variable in lower case takes precedence, and an empty one disables its upper-case namesake. An entry that cannot be read
    is skipped in favour of the next: upper case, then `all_proxy`.
    """
    environment = os.environ if environment is None else environment
    problems = list[str]()
    by_scheme = {kind: _from_environment(f"{kind}_proxy", environment, problems) for kind in _KINDS}
    bypasses = _bypasses(_in_either_case("no_proxy", environment), problems)
    system_bypass = None
    if not any(_in_either_case(f"{kind}_proxy", environment) for kind in _KINDS):
        by_scheme, system_bypass = _from_system(problems)
    for problem in problems:
        _log.warning("%s", problem)
    return Proxies(by_scheme, bypasses, tuple(problems), system_bypass)


def _from_environment(name: str, environment: Mapping[str, str], problems: list[str]) -> Proxy | None:
    for variable in (name, name.upper()):
        value = environment.get(variable)
        if value is None:
            continue
        if not _bare(value):
            return None
        if (proxy := _proxy_or_problem(variable, value, problems)) is not None:
            return proxy
    return None


def _in_either_case(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    return environment.get(name.upper(), "") if value is None else value


def _from_system(problems: list[str]) -> tuple[dict[str, Proxy | None], Callable[[str], bool] | None]:
    """Return the proxies of macOS or Windows and a function for their exceptions; none elsewhere."""
    ask = cast("Callable[[], Mapping[str, str]] | None", _of_system("getproxies_macosx_sysconf", "getproxies_registry"))
    bypass = cast("Callable[[str], bool] | None", _of_system("proxy_bypass_macosx_sysconf", "proxy_bypass_registry"))
    found = dict[str, str]() if ask is None else ask()
    by_scheme = dict[str, Proxy | None]()
    for kind in ("http", "https", "socks"):
        value = found.get(kind, "")
        # What a system calls its SOCKS proxy is given as http:// on a Mac and as socks4:// on Windows.
        if value and (kind == "socks" or ("socks" in found and value.startswith("socks4:"))):
            value = f"{SOCKS5}://{value.rpartition('://')[2]}"
        if value:
            by_scheme["all" if kind == "socks" else kind] = _proxy_or_problem("the system's settings", value, problems)
    return by_scheme, bypass if by_scheme else None


def _of_system(*names: str) -> object:
    """Return the first of these functions that this system's `urllib.request` has; None when there is none."""
    return next((found for name in names if (found := getattr(urllib.request, name, None)) is not None), None)


def _proxy_or_problem(place: str, value: str, problems: list[str]) -> Proxy | None:
    try:
        return _proxy(value)
    except ValueError as error:
        # Only our own reasons: those of `urlsplit` quote the value, which may hold a password.
        reason = error.args[0] if isinstance(error, _Unreadable) else "it is not an address"
        problems.append(f"The proxy in {place} is not used: {reason}.")
        return None


class _Unreadable(ValueError):
    """A setting that cannot be used; the only argument says why, without its value."""


def _proxy(value: str) -> Proxy:
    value = _bare(value)
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value.removeprefix("//")
    kind = _SCHEMES.get(scheme.lower())
    if kind is None:
        known = "its kind is not supported, only http, https and socks5 are"
        raise _Unreadable(_ONLY_SOCKS5 if scheme.lower() in {"socks4", "socks4a"} else known)
    login, _, place = rest.rpartition("@")  # a password may contain a bare @ or /
    parts = urlsplit(f"//{place}")
    host, port = _ascii(parts.hostname or ""), parts.port
    if not (_HOST.fullmatch(host) or (":" in host and _address(host) is not None)) or port == 0:
        raise _Unreadable("it is not an address")
    user, _, password = login.partition(":")
    return Proxy(kind, host, _DEFAULT_PORTS[kind] if port is None else port, unquote(user), unquote(password))


def _bypasses(value: str, problems: list[str]) -> tuple[Bypass, ...]:
    entries = filter(None, map(_bare, re.split(r"[,;\s]+", _bare(value))))
    return tuple(_readable_bypasses(entries, problems))


def _readable_bypasses(entries: Iterable[str], problems: list[str]) -> Iterable[Bypass]:
    for entry in entries:
        try:
            yield _bypass(entry)
        except ValueError:
            shown = quoted(entry.rpartition("@")[2])
            problems.append(f"The entry {shown} in no_proxy is not used: it is not a host or a network.")


def _bypass(entry: str) -> Bypass:
    """Parse one entry of `no_proxy`. Raises ValueError for what cannot be read."""
    if entry == "*":
        return Bypass(pattern="*")
    text = entry.rpartition("://")[2].rpartition("@")[2].lower()
    if (network := _network(text)) is not None:
        return Bypass(network=network)
    text = text.partition("/")[0]
    port = None
    if found := _PORT.fullmatch(text):
        text, port = found[1], int(found[2])
    if (network := _network(text)) is not None:
        return Bypass(network=network, port=port)
    text = _ascii(text.removeprefix("*.").strip("."))
    if "*" in text or "?" in text:
        if not _PATTERN.fullmatch(text):
            raise ValueError(entry)
        return Bypass(pattern=text, port=port)
    if not _HOST.fullmatch(text) or _NUMBERS.fullmatch(text):
        raise ValueError(entry)
    return Bypass(domain=text, port=port)


def _network(text: str) -> Network | None:
    """Return an address or network, with or without brackets; None for a name. Raises ValueError for a malformed network."""
    host, slash, bits = text.replace("[", "").replace("]", "").partition("/")
    address = _address(host)
    if address is None or "]:" in text:  # a name, or an address with a port
        return None
    return ipaddress.ip_network(f"{address}/{bits}" if slash and bits else str(address), strict=False)


def _address(host: str) -> Address | None:
    """Return `host` as an address without a zone, None for a name; an IPv4-mapped IPv6 address becomes the IPv4 one."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _is_this_machine(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _bare(value: str) -> str:
    """Return the value without surrounding blanks and quotes."""
    return value.strip().strip("\"'").strip()


def _ascii(host: str) -> str:
    """Return the name as sent over the wire. Raises ValueError when it cannot be encoded."""
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
