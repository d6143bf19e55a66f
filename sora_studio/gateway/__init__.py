"""The remote service over HTTP: requests, rate limits, parsing of answers, and film downloads."""

import sys

# httpx imports its command line, and with it rich and pygments if they are installed: 6 MB that we never need.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None makes the import fail, which httpx expects
