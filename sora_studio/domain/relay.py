"""What a relay and its studio have agreed on without speaking: whose secrets are ours, and where things are found."""

import base64
import hashlib
import hmac
import re

PICTURES_PATH = "/p/"
CALLBACKS_PATH = "/c/"
"""Below these, on the public side: a picture by its handle, a report by its task's secret."""
HANDLE = re.compile(r"[A-Za-z0-9_-]{22,64}\.(jpg|png|webp)", re.ASCII)
"""A picture's name: at least 128 random bits, and the suffix by which some services judge."""
NONCE_BYTES = 16
_PROOF_BYTES = 16
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def callback_secret(token: str, nonce: bytes) -> str:
    """A task's secret: 16 random bytes, and 16 that only who has the relay's token could add. 43 letters for an address.

    So a relay tells a secret of ours from an invented one without a list of them, and keeps nothing of strangers.
    """
    return base64.urlsafe_b64encode(nonce + _proof(token, nonce)).decode().rstrip("=")


def is_callback_secret(token: str, text: str) -> bool:
    """Whether a secret was made with this token; in constant time."""
    if not _SECRET.fullmatch(text):
        return False
    secret = base64.urlsafe_b64decode(text + "=")
    nonce, proof = secret[:NONCE_BYTES], secret[NONCE_BYTES:]
    # Two spellings of the last letter decode to the same bytes: only ours is taken, so that a secret is one text.
    return hmac.compare_digest(callback_secret(token, nonce), text) and hmac.compare_digest(_proof(token, nonce), proof)


def is_token(token: str, text: str) -> bool:
    """Whether a relay's token is this one; in constant time."""
    return hmac.compare_digest(token.encode(), text.encode(errors="surrogatepass"))


def _proof(token: str, nonce: bytes) -> bytes:
    return hmac.digest(token.encode(), b"callback\0" + nonce, hashlib.sha256)[:_PROOF_BYTES]
