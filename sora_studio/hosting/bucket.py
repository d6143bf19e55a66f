"""The user's own bucket in any S3-compatible store: files stay private, and a signed link opens each for a limited time."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sora_studio.domain.errors import ConnectionFailed, InvalidSetting, RouteUnusable, StudioError
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import medium_of
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.ports import SendFile
from sora_studio.domain.proxies import DIRECT, SOCKS5, Proxies, Proxy
from sora_studio.domain.settings import check_bucket_endpoint, check_bucket_name

if TYPE_CHECKING:
    from sora_studio.hosting.objects import Objects

MAX_LIFETIME_S = 7 * 24 * 3600.0
"""No store accepts a longer lifetime for a signed link."""
DEFAULT_REGION = "us-east-1"
"""What stores without regions expect."""
_REGION_IN_HOST = re.compile(r"(?:^|\.)s3[.-]([a-z]{2}[a-z0-9-]+)\.")
_CHECK_LIFETIME_S = 60.0
_UPLOAD_LIFETIME_S = 24 * 3600.0
"""For the link of an upload, which nobody else sees: some stores check it only when the last byte has arrived."""
_TIDIED_WITHIN_S = 3.0
"""Short: a store that does not answer must not delay a cancelled check."""


class BucketHost:
    """A `PictureHost` over a bucket, which itself stays private. The keys are read at every use.

    `send_file` uploads a film or sound, which the store's library would read into memory. An empty `endpoint` is Amazon's own;
    an empty `region` is read from the endpoint.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        region: str,
        key_id: Callable[[], str | None],
        secret: Callable[[], str | None],
        send_file: SendFile,
        proxies: Proxies = DIRECT,
    ) -> None:
        self._bucket = bucket
        self._region = region or _region_of(endpoint)
        self._endpoint = endpoint or f"https://s3.{self._region}.amazonaws.com"
        self._key_id = key_id
        self._secret = secret
        self._send_file = send_file
        self._proxies = proxies

    @property
    def place(self) -> str:
        """Bucket name and store endpoint."""
        return f"bucket {self._bucket} at {self._endpoint}"

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:
        """See `PictureHost`. Raises ValueError for a lifetime above the limit of signed links."""
        if not 0 < lifetime_s <= MAX_LIFETIME_S:
            raise ValueError("a signed link lives for at most seven days")
        objects, medium = await self._opened(), medium_of(picture.media_type)
        not_stored, not_signed = f"The {medium} was not stored.", f"The {medium}'s link was not signed."
        if isinstance(picture, PreparedFile):
            link = await objects.sign(handle, "PUT", lifetime_s=_UPLOAD_LIFETIME_S, failure=not_signed)
            objects.check_stored(await self._send_file(link, picture), failure=not_stored)
        else:
            await objects.put(handle, picture.content, picture.media_type, failure=not_stored)
        return await objects.sign(handle, lifetime_s=lifetime_s, failure=not_signed)

    async def withdraw(self, handle: str) -> None:
        """See `PictureHost`."""
        await (await self._opened()).delete(handle, failure="The file was not removed.")

    async def check(self) -> str:
        """Store a few bytes, fetch them by a link without keys, delete them. Raises like `publish`, naming the failed step."""
        objects, handle, content = await self._opened(), f"check-{secrets.token_urlsafe(16)}.txt", secrets.token_bytes(16)
        try:
            await objects.put(handle, content, "text/plain", failure="Storing did not work.")
            link = await objects.sign(handle, lifetime_s=_CHECK_LIFETIME_S, failure="Signing a link did not work.")
            fetched = await objects.fetch(link, failure="Fetching by a signed link did not work.")
        except ConnectionFailed:
            raise
        except BaseException:  # report the first failure, and clean up after a cancellation too
            with contextlib.suppress(StudioError, TimeoutError):
                async with asyncio.timeout(_TIDIED_WITHIN_S):
                    await objects.delete(handle, failure="Removing did not work.")
            raise
        await objects.delete(handle, failure="Removing did not work.")
        if fetched != content:
            raise RouteUnusable("The signed link returned something else.", advice="Check the store's address.")
        return link

    async def _opened(self) -> "Objects":
        return await asyncio.to_thread(self._open)

    def _open(self) -> "Objects":
        from sora_studio.hosting.objects import Objects  # noqa: PLC0415 - most sessions publish nothing

        key_id, secret = self._key_id(), self._secret()
        if not key_id or not secret:
            raise RouteUnusable("The bucket's keys are missing.", advice="Enter both in Settings, Pictures.", nothing_left=True)
        try:
            endpoint, bucket = check_bucket_endpoint(self._endpoint), check_bucket_name(self._bucket)
        except InvalidSetting as problem:
            raise RouteUnusable(problem.title, advice=problem.advice, nothing_left=True) from None
        proxy = self._usable_proxy(endpoint)
        return Objects(endpoint=endpoint, bucket=bucket, region=self._region, key_id=key_id, secret=secret, proxy=proxy)

    def _usable_proxy(self, endpoint: str) -> Proxy | None:
        proxy = self._proxies.for_url(endpoint)
        if proxy is not None and proxy.scheme == SOCKS5:  # the library knows HTTP proxies only
            raise RouteUnusable(
                f"Files cannot go to the bucket through the SOCKS proxy {proxy.address}.",
                advice="Set an HTTP proxy in https_proxy, add the store to no_proxy, or choose another route for pictures.",
                nothing_left=True,
            )
        return proxy


def _region_of(endpoint: str) -> str:
    found = _REGION_IN_HOST.search(urlsplit(endpoint).hostname or "")
    return found[1] if found else DEFAULT_REGION
