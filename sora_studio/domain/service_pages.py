"""Pages of the service's own website that a user needs; known for the default service only."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sora_studio.domain.settings import DEFAULT_BASE_URL


@dataclass(frozen=True, slots=True)
class ServicePages:
    """`key` explains how to get an API key; `account` is where credit is added."""

    key: str
    account: str


_DEFAULT = ServicePages(key="https://apixo.ai/docs/concepts/authentication", account="https://apixo.ai/")


def service_pages(base_url: str | None) -> ServicePages | None:
    """Return the pages of the service behind an address (or its origin); None for another gateway and for the simulator."""
    if base_url is None:
        return None
    try:
        host = urlsplit(base_url).hostname
    except ValueError:
        return None
    return _DEFAULT if host == urlsplit(DEFAULT_BASE_URL).hostname else None
