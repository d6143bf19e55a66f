"""The remote service over HTTP: what it is asked, how often, what its answers mean, and how its films arrive."""

import sys

# httpx imports its command line, and with it rich and pygments where they are installed: 6 MB that no window needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None makes the import fail, which httpx expects
