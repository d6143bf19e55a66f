"""User settings. The API key is not among them: it is in the system's key store."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.money import DayLimits
from sora_studio.domain.naming import DEFAULT_TEMPLATE
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.theme_choice import Theme

DEFAULT_BASE_URL = "https://api.apixo.ai"
BASE_URL_VARIABLE = "SORA_STUDIO_BASE_URL"
"""Environment variable that overrides the saved setting."""
DEFAULT_MODELS_URL = "https://apixo.ai/docs"
"""Below it the gateway publishes its index of models and their schemas."""
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_NEVER_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f\\\ud800-\udfff]")
"""What some URL parsers drop or convert and others keep: such an address could mean two hosts."""


_AMOUNT = re.compile(r"[0-9]{1,7}([.,][0-9]{1,6})?", re.ASCII)
MAX_QUOTED_CHARS = 60
DEFAULT_BACKUP_LIMIT_GB = 2.0
DEFAULT_BATCH_ASK_USD = 5.0
MAX_BACKUP_LIMIT_GB = 10_000.0
MAX_LIMIT_USD = 9_999_999.0


RELAY_URL_VARIABLE = "SORA_STUDIO_RELAY_URL"
"""Environment variable for a stand-alone relay, over the saved one; pictures use it unless another route is chosen."""
RELAY_TOKEN_VARIABLE = "SORA_STUDIO_RELAY_TOKEN"  # noqa: S105 - where it is found
DEFAULT_RELAY_PORT = 8788
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Bucket names that S3 allows."""


class RelayPlace(StrEnum):
    """Where the relay runs: nowhere, in this program behind the user's own tunnel, or on another host."""

    NONE = "none"
    HERE = "here"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Settings:
    """`output_dir` None means the system's Videos folder; a limit None means none (see `DayLimits`).

    `picture_route` None: not chosen yet. An empty `bucket_endpoint` is Amazon's own. `relay_url` is the relay's public
    address; `relay_port` is this machine's, for a relay in this program. `callback` is the default of new tasks.
    A batch of tasks that may cost more than `batch_ask_usd`, or costs an unknown sum, is created after a question only.
    `tell_when_ready` is about notifications while the window is not in front, `tell_with_sound` whether they play one.
    `backup_limit_gb` is the total for all backups; the newest three are kept whatever their size. `models_url` is where the
    index of models is read. `favourite_models` are slugs, the one that was added first in front.
    """

    base_url: str = DEFAULT_BASE_URL
    output_dir: Path | None = None
    file_template: str = DEFAULT_TEMPLATE
    theme: Theme = Theme.SYSTEM
    model: str = "sora-2"
    day_soft_limit_usd: float | None = None
    day_hard_limit_usd: float | None = None
    batch_ask_usd: float = DEFAULT_BATCH_ASK_USD
    picture_route: PictureRoute | None = None
    bucket_endpoint: str = ""
    bucket_name: str = ""
    bucket_region: str = ""
    picture_command: str = ""
    relay: RelayPlace = RelayPlace.NONE
    relay_url: str = ""
    relay_port: int = DEFAULT_RELAY_PORT
    callback: bool = False
    backup_limit_gb: float = DEFAULT_BACKUP_LIMIT_GB
    models_url: str = DEFAULT_MODELS_URL
    favourite_models: tuple[str, ...] = ()
    tell_when_ready: bool = True
    tell_with_sound: bool = False

    @property
    def backup_limit_bytes(self) -> int:
        """Total size limit for all backups of the database."""
        return round(self.backup_limit_gb * 1e9)

    @property
    def day_limits(self) -> DayLimits:
        """Spending limits for a day."""
        return DayLimits(self.day_soft_limit_usd, self.day_hard_limit_usd)


def quoted(text: str) -> str:
    """Return the text as typed, quoted for a sentence; shortened when a whole page was pasted."""
    return repr(text if len(text) <= MAX_QUOTED_CHARS else f"{text[: MAX_QUOTED_CHARS - 1]}…")


def is_loopback(url: str) -> bool:
    """Return whether the address is this machine's own."""
    try:
        return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS
    except ValueError:
        return False


def origin_of(base_url: str) -> str:
    """Return scheme, host and port: two addresses with the same origin are the same service."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_base_url(url: str) -> str:
    """Return the gateway's address without a trailing slash; raises `InvalidSetting`. Only loopback may go without TLS."""
    return _check_address(url, example=DEFAULT_BASE_URL, whose="The service's", why="so that the key stays secret")


def check_models_url(url: str) -> str:
    """Return the address of the models' documentation without a trailing slash; raises `InvalidSetting`."""
    return _check_address(url, example=DEFAULT_MODELS_URL, whose="The models'", why="so that they cannot be changed on the way")


def models_url_for(models_url: str, base_url: str) -> str:
    """Return where the index of models is read: unless another address is set, a gateway on this machine has its own."""
    if models_url == DEFAULT_MODELS_URL and is_loopback(base_url):
        return f"{base_url}/docs"
    return models_url


def check_relay_url(url: str) -> str:
    """Return the relay's public address without a trailing slash; raises `InvalidSetting`. Plain http on loopback only."""
    return _check_address(
        url, example="https://relay.example.org", whose="The relay's", why="or the service reports nothing to it"
    )


def check_bucket_endpoint(url: str) -> str:
    """Return the store's address without a trailing slash; raises `InvalidSetting`. Plain http on loopback only."""
    return _check_address(url, example="https://s3.example.org", whose="The store's", why="so that the keys stay secret")


def check_bucket_name(name: str) -> str:
    """Return the bucket's name; raises `InvalidSetting`."""
    name = name.strip()
    if not _BUCKET_NAME.fullmatch(name):
        raise InvalidSetting(
            f"{quoted(name)} cannot be a bucket's name.", advice="It has 3 to 63 lower-case letters, digits, dots and hyphens."
        )
    return name


def check_port(port: int) -> int:
    """Return the port if a program may listen there; raises `InvalidSetting`."""
    if not 1024 <= port <= 65_535:
        raise InvalidSetting("A port is a number from 1024 to 65535.")
    return port


def _check_address(url: str, *, example: str, whose: str, why: str) -> str:
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidSetting(f"{quoted(url)} is not an address: {error}.") from None
    if parts.scheme not in ("http", "https") or not host or _NEVER_IN_ADDRESS.search(url):
        raise InvalidSetting(f"{quoted(url)} is not an address.", advice=f"It should look like {example}.")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise InvalidSetting(f"{whose} address must not contain a name, a password or a query.")
    if parts.scheme == "http" and not is_loopback(url):
        raise InvalidSetting(f"{whose} address must begin with https, {why}.")
    return url


def check_limit_usd(usd: float) -> float:
    """Return a day's limit; raises `InvalidSetting` unless it is a positive amount."""
    if not 0 < usd <= MAX_LIMIT_USD:
        raise InvalidSetting("A limit is an amount above zero.", advice="Leave it empty for none.")
    return float(usd)


def check_backup_limit_gb(gigabytes: float) -> float:
    """Return the total for backups; raises `InvalidSetting` unless it is a positive size."""
    if not 0 < gigabytes <= MAX_BACKUP_LIMIT_GB:
        raise InvalidSetting("A size is a number of gigabytes above zero.")
    return float(gigabytes)


def parse_backup_limit(text: str) -> float:
    """Parse a typed size, `2`, `1.5`, `1,5` or `2 GB`; empty means the default. Raises `InvalidSetting`."""
    number = text.strip().upper().removesuffix("GB").strip()
    if not number:
        return DEFAULT_BACKUP_LIMIT_GB
    if not _AMOUNT.fullmatch(number):
        raise InvalidSetting(f"{quoted(text.strip())} is not a size.", advice="Enter a number such as 2 or 1.5.")
    return check_backup_limit_gb(float(number.replace(",", ".")))


def parse_limit(text: str) -> float | None:
    """Parse a typed amount, `12.50`, `12,50` or `$12.50`; None when the text is empty. Raises `InvalidSetting`."""
    text = text.strip().removeprefix("$").strip()
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise InvalidSetting(f"{quoted(text)} is not an amount.", advice="Enter an amount such as 12.50.")
    return check_limit_usd(float(text.replace(",", ".")))
