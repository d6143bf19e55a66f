"""The few operations needed of an S3-compatible store. Imports `obstore`, so import it only to publish something."""

import contextlib
from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import HTTPStore, S3Store

from sora_studio.domain.ports import StoreAnswer
from sora_studio.domain.proxies import Proxy
from sora_studio.domain.settings import is_loopback
from sora_studio.hosting.store_errors import explained, refusal

if TYPE_CHECKING:
    from obstore.store import ClientConfig

Result = TypeVar("Result")

CONNECT_WITHIN_S = 10
UPLOAD_WITHIN_S = 300
"""Enough for 10 MB at 300 kbit/s."""
_UNUSED_PROXY, _EVERYTHING = "http://127.0.0.1:9", "*,0.0.0.0/0,::/0"
"""Without a proxy option the library reads the environment. A proxy that matches no host prevents that."""


class Objects:
    """The objects of one bucket, under one key. Every call raises our errors, with `failure` as their first sentence.

    An endpoint whose host begins with the bucket's name is used as it is (virtual-hosted style), any other with the
    bucket in the path. Store settings and keys in the environment are meant for other programs and are ignored.
    """

    def __init__(self, *, endpoint: str, bucket: str, region: str, key_id: str, secret: str, proxy: Proxy | None) -> None:
        self._endpoint, self._bucket = endpoint, bucket
        self._client: ClientConfig = {
            "allow_http": is_loopback(endpoint),
            "connect_timeout": timedelta(seconds=CONNECT_WITHIN_S),
            "timeout": timedelta(seconds=UPLOAD_WITHIN_S),
            "proxy_url": proxy.secret_url if proxy else _UNUSED_PROXY,
            "proxy_excludes": "" if proxy else _EVERYTHING,
        }
        self._store = S3Store(
            bucket,
            aws_endpoint_url_s3=endpoint,
            region=region,
            virtual_hosted_style_request=(urlsplit(endpoint).hostname or "").startswith(f"{bucket}."),
            disable_bulk_delete=True,
            skip_signature=False,
            client_options=self._client,
            retry_config={"max_retries": 0},  # callers retry, because they must know what a first try may have left behind
            # A provider, so that the session token in the environment, which may belong to another key, is not added.
            credential_provider=lambda: {
                "access_key_id": key_id,
                "secret_access_key": secret,
                "token": None,
                "expires_at": None,
            },
        )

    async def put(self, name: str, content: bytes, media_type: str, *, failure: str) -> None:
        """Upload in one request: complete or not at all, so no unfinished parts cost storage."""
        put = obstore.put_async(self._store, name, content, attributes={"Content-Type": media_type}, use_multipart=False)
        await self._ask(put, failure)

    def check_stored(self, answer: StoreAnswer, *, failure: str) -> None:
        """Check the answer to an upload by a signed link. An answer without ETag is not a store's."""
        if not 200 <= answer.status < 300:
            raise refusal(answer.status, answer.body, failure, bucket=self._bucket, endpoint=self._endpoint)
        if not answer.etag:
            raise explained("", failure, bucket=self._bucket, endpoint=self._endpoint)

    async def sign(self, name: str, method: Literal["GET", "PUT"] = "GET", *, lifetime_s: float, failure: str) -> str:
        """Return a link that works for everyone who has it. Signed locally, without a request."""
        return await self._ask(obstore.sign_async(self._store, method, name, timedelta(seconds=int(lifetime_s))), failure)

    async def fetch(self, link: str, *, failure: str) -> bytes:
        """Return what the link serves to a client without keys."""
        answer = await self._ask(obstore.get_async(HTTPStore.from_url(link, client_options=self._client), ""), failure)
        return bytes(await self._ask(answer.bytes_async(), failure))

    async def delete(self, name: str, *, failure: str) -> None:
        """Delete the object; fine when it does not exist."""
        with contextlib.suppress(FileNotFoundError):  # some stores report it, others do not
            await self._ask(obstore.delete_async(self._store, name), failure, FileNotFoundError)

    async def _ask(self, call: Awaitable[Result], failure: str, *passed: type[Exception]) -> Result:
        try:
            return await call
        except passed:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise explained(str(error), failure, bucket=self._bucket, endpoint=self._endpoint) from None
