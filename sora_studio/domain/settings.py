"""What a person can set. The key is not among it: it lives in the system's key store."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.naming import DEFAULT_TEMPLATE

DEFAULT_BASE_URL = "https://api.apixo.ai"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Theme(StrEnum):
    """Which look the window has; `system` follows the desktop at once."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Settings:
    """`output_dir` None means the system's Videos folder."""

    base_url: str = DEFAULT_BASE_URL
    output_dir: Path | None = None
    file_template: str = DEFAULT_TEMPLATE
    theme: Theme = Theme.SYSTEM
    model: str = "sora-2"


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS


def check_base_url(url: str) -> str:
    """The gateway's address without a trailing slash; raises `InvalidSetting`. Only loopback may go without TLS."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidSetting(f"{url!r} is not an address: {error}.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidSetting(f"{url!r} is not an address.", advice=f"It looks like {DEFAULT_BASE_URL}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidSetting("The service's address must not hold a name, a password or a query.")
    if parts.scheme == "http" and not is_loopback(url):
        raise InvalidSetting("The service's address must begin with https, so that the key stays secret.")
    return url
