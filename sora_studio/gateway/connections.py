"""What all HTTP connections of the program share: whom it trusts, what it calls itself, what it keeps out of the log."""

import logging
import ssl
from functools import cache

import httpx

from sora_studio import __version__

USER_AGENT = f"sora-studio/{__version__}"


@cache
def trusted_authorities() -> ssl.SSLContext:
    """The system's own authorities and the shipped ones: those know a company's proxy, a bare system has only the others.

    Blocks for up to 0.1 s the first time.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def keep_addresses_out_of_the_log() -> None:
    """At INFO httpx logs whole URLs, at DEBUG httpcore whole headers: both may hold what only the service should see."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
