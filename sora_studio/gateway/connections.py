"""Shared by all HTTP connections: trusted certificate authorities, the user agent, and log levels."""

import logging
import ssl
from functools import cache

import httpx

from sora_studio import __version__

USER_AGENT = f"sora-studio/{__version__}"


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return a TLS context that trusts the system's authorities (for company proxies) and certifi's (for bare systems).

    Blocks for up to 0.1 s the first time.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def keep_addresses_out_of_the_log() -> None:
    """Silence httpx, which logs whole URLs at INFO, and httpcore, which logs headers at DEBUG: both may contain secrets."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
