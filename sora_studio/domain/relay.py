"""What a relay and its studio share: callback secrets derived from the token, and URL paths."""

import base64
import hashlib
import hmac
import re

from sora_studio.domain.media_types import SUFFIXES

PICTURES_PATH = "/p/"
CALLBACKS_PATH = "/c/"
"""Public path prefixes: a lent file by its handle, a callback by its task's secret."""
HANDLE = re.compile(rf"[A-Za-z0-9_-]{{22,64}}({'|'.join(map(re.escape, SUFFIXES.values()))})", re.ASCII)
"""A lent file's name: at least 128 random bits, and the suffix by which some services tell the type."""
NONCE_BYTES = 16
_PROOF_BYTES = 16
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def callback_secret(token: str, nonce: bytes) -> str:
    """Return a task's secret: 16 random bytes, and 16 that prove knowledge of the relay's token. 43 letters for an address.

    So a relay recognizes its own secrets without a list of them, and stores nothing for strangers.
    """
    return base64.urlsafe_b64encode(nonce + _proof(token, nonce)).decode().rstrip("=")


def is_callback_secret(token: str, text: str) -> bool:
    """Return whether a secret was made with this token; in constant time."""
    if not _SECRET.fullmatch(text):
        return False
    secret = base64.urlsafe_b64decode(text + "=")
    nonce, proof = secret[:NONCE_BYTES], secret[NONCE_BYTES:]
    # Two spellings of the last letter decode to the same bytes: accept only ours, so that each secret has one spelling.
    return hmac.compare_digest(callback_secret(token, nonce), text) and hmac.compare_digest(_proof(token, nonce), proof)


def is_token(token: str, text: str) -> bool:
    """Return whether this is the relay's token; in constant time."""
    return hmac.compare_digest(token.encode(), text.encode(errors="surrogatepass"))


def _proof(token: str, nonce: bytes) -> bytes:
    return hmac.digest(token.encode(), b"callback\0" + nonce, hashlib.sha256)[:_PROOF_BYTES]
