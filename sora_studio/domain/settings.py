"""What a person can set. The key is not among it: it lives in the system's key store."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.look import Theme
from sora_studio.domain.money import DayLimits
from sora_studio.domain.naming import DEFAULT_TEMPLATE

DEFAULT_BASE_URL = "https://api.apixo.ai"
BASE_URL_VARIABLE = "SORA_STUDIO_BASE_URL"
"""In the environment it goes before what is saved."""
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_NEVER_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f\\\ud800-\udfff]")
"""What one reader of addresses drops or turns and another keeps: such an address could mean two hosts."""


_AMOUNT = re.compile(r"[0-9]{1,7}([.,][0-9]{1,6})?", re.ASCII)
MAX_LIMIT_USD = 9_999_999.0


@dataclass(frozen=True, slots=True)
class Settings:
    """`output_dir` None means the system's Videos folder; a limit None means none (see `DayLimits`)."""

    base_url: str = DEFAULT_BASE_URL
    output_dir: Path | None = None
    file_template: str = DEFAULT_TEMPLATE
    theme: Theme = Theme.SYSTEM
    model: str = "sora-2"
    day_soft_limit_usd: float | None = None
    day_hard_limit_usd: float | None = None

    @property
    def day_limits(self) -> DayLimits:
        """What a day may cost."""
        return DayLimits(self.day_soft_limit_usd, self.day_hard_limit_usd)


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS
    except ValueError:
        return False


def check_base_url(url: str) -> str:
    """The gateway's address without a trailing slash; raises `InvalidSetting`. Only loopback may go without TLS."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidSetting(f"{url!r} is not an address: {error}.") from None
    if parts.scheme not in ("http", "https") or not host or _NEVER_IN_ADDRESS.search(url):
        raise InvalidSetting(f"{url!r} is not an address.", advice=f"It looks like {DEFAULT_BASE_URL}.")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise InvalidSetting("The service's address must not hold a name, a password or a query.")
    if parts.scheme == "http" and not is_loopback(url):
        raise InvalidSetting("The service's address must begin with https, so that the key stays secret.")
    return url


def check_limit_usd(usd: float) -> float:
    """A day's limit; raises `InvalidSetting` for what is no amount to spend."""
    if not 0 < usd <= MAX_LIMIT_USD:
        raise InvalidSetting("A limit is an amount above zero.", advice="Leave it empty for none.")
    return float(usd)


def parse_limit(text: str) -> float | None:
    """An amount as a person types it, `12.50`, `12,50` or `$12.50`; None when nothing stands there. Raises `InvalidSetting`."""
    text = text.strip().removeprefix("$").strip()
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise InvalidSetting(f"{text!r} is not an amount.", advice="It looks like 12.50.")
    return check_limit_usd(float(text.replace(",", ".")))
