"""Turns an S3-compatible store's errors into sentences. Keeps only those of its words that cannot contain a link."""

import re
from urllib.parse import urlsplit

from sora_studio.domain.errors import (
    ConnectionFailed,
    PassingError,
    PublishingFailed,
    RouteUnusable,
    ServiceUnavailable,
    StudioError,
)

_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_MESSAGE = re.compile(r"<Message>([^<>]{1,200})</Message>")
_REGION = re.compile(r"<Region>([\w-]{1,32})</Region>")
_STATUS = re.compile(r"status code: (\d{3})")
_BUSY = frozenset({"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "OperationAborted", "TooManyRequests"})
_ELSEWHERE = frozenset({"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect"})
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "StorageCapExceeded"})
_AGAIN = "Enter both keys again in Settings, Pictures."
_REASONS = {
    "InvalidAccessKeyId": ("The store does not know this access key.", _AGAIN),
    "SignatureDoesNotMatch": ("The secret access key does not match the access key.", _AGAIN),
    "AccessDenied": ("The access key does not permit this.", "It needs to put, get and delete objects in the bucket {bucket}."),
    "NoSuchBucket": ("There is no bucket {bucket} at {host}.", "Check both in Settings, Pictures."),
    "RequestTimeTooSkewed": ("This machine's clock is too far from the store's.", "Set the clock, then try again."),
}


def explained(text: str, what: str, *, bucket: str, endpoint: str) -> StudioError:
    """Return the error for the text of an `obstore` exception. `what` says which step failed.

    `ConnectionFailed` or another `PassingError` for temporary trouble, `RouteUnusable` for what only the user can change, and
    `PublishingFailed` for what may be this file's fault.
    """
    found = _STATUS.search(text)
    if found is None:
        return _without_answer(text, what, urlsplit(endpoint).netloc)
    return refusal(int(found[1]), text, what, bucket=bucket, endpoint=endpoint)


def refusal(status: int, text: str, what: str, *, bucket: str, endpoint: str) -> StudioError:
    """Return the error for a store's answer with this status and text; like `explained`."""
    host = urlsplit(endpoint).netloc
    code = found[1] if (found := _CODE.search(text)) else ""
    if code in _REASONS:
        title, advice = (words.format(bucket=bucket, host=host) for words in _REASONS[code])
        return RouteUnusable(f"{what} {title}", advice=advice, detail=code, nothing_left=True)
    if code in _ELSEWHERE:
        region = f" {found[1]}" if (found := _REGION.search(text)) else ""
        return RouteUnusable(
            f"{what} The bucket {bucket} is in another region{region}.", advice="Change it in Settings, Pictures.", detail=code
        )
    if code in _FULL or status == 507:
        return RouteUnusable(
            f"{what} The store is full.", advice="Free some space there, or use another store.", detail=code, nothing_left=True
        )
    if code in _BUSY or status == 429 or status >= 500:
        return ServiceUnavailable(f"{what} The store has a temporary problem.", detail=code or f"HTTP {status}")
    said = f": {found[1]}" if (found := _MESSAGE.search(text)) else ""
    return PublishingFailed(f"{what} The store refused.", detail=f"{code or f'HTTP {status}'}{said}")


def _without_answer(text: str, what: str, host: str) -> StudioError:
    if "redirect" in text:  # the library's own words for an answer that names no place
        return RouteUnusable(f"{what} The bucket is in another region.", advice="Change it in Settings, Pictures.")
    if "certificate" in text.lower():
        return RouteUnusable(
            f"{what} The certificate of {host} is not trusted.", advice="Check the store's address in Settings, Pictures."
        )
    if "kind: Timeout" in text:
        return PassingError(f"{what} {host} does not answer in time.")
    if "kind: Connect" in text:
        return ConnectionFailed(f"{what} {host} cannot be reached.")
    if "HTTP error" in text:
        return PassingError(f"{what} The connection to {host} broke.")
    return RouteUnusable(
        f"{what} {host} does not answer like an S3 store.", advice="Check the store's address in Settings, Pictures."
    )
