"""Reads the service's public index of models and their schemas. Sends no key; trusts nothing of the answers."""

import asyncio

import httpx

from sora_studio.domain.errors import ServiceUnavailable, StudioError
from sora_studio.domain.models.model_index import IndexEntry, ModelIndex, PublishedModels, SchemaFile, read_index
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.settings import check_models_url
from sora_studio.gateway import faults
from sora_studio.gateway.answers import JsonValue, parse_json
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.proxied_transport import open_transport

INDEX_PATH = "/models/schemas/index.json"
MAX_INDEX_BYTES = 1_000_000
MAX_SCHEMA_BYTES = 256_000
WHOLE_S = 60.0
"""Time limit for the index and all schemas together."""

_AT_ONCE = 4
_TIMEOUT = httpx.Timeout(connect=10.0, write=10.0, read=30.0, pool=None)
_INDEX, _SCHEMA = "The list of models", "The schema"
_BAD_REDIRECT = (httpx.InvalidURL, UnicodeError)
"""Raised because httpx parses the target of a redirect even if it does not follow it."""


class HttpModelIndex:
    """The index below one address. Every request goes to that origin: redirects are not followed.

    Answers are limited in size, and all of them together in time. Raises `InvalidSetting` for an address that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
        whole_s: float = WHOLE_S,
    ) -> None:
        keep_addresses_out_of_the_log()
        self._base_url = check_models_url(base_url)
        self._proxies = proxies
        self._transport = transport
        self._whole_s = whole_s

    async def fetch(self) -> PublishedModels:
        """Return the index and the schemas, each of them read or with its trouble.

        Raises `ConnectionFailed` and `ServiceUnavailable` if the index itself cannot be read.
        """
        deadline = asyncio.get_running_loop().time() + self._whole_s
        async with self._client() as client:
            index = await self._index(client, deadline)
            slots = asyncio.Semaphore(_AT_ONCE)

            async def read(entry: IndexEntry) -> SchemaFile:
                async with slots:
                    return await self._schema(client, entry, deadline)

            files = await asyncio.gather(*map(read, index.entries))
        return PublishedModels(index, {entry.slug: file for entry, file in zip(index.entries, files, strict=True)})

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=_AT_ONCE)
        trust = trusted_authorities()
        return httpx.AsyncClient(
            transport=self._transport or open_transport(self._base_url, self._proxies, trust=trust, limits=limits),
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def _index(self, client: httpx.AsyncClient, deadline: float) -> ModelIndex:
        address = self._base_url + INDEX_PATH
        _, content = await _read(client, _INDEX, address, most_bytes=MAX_INDEX_BYTES, deadline=deadline)
        index = read_index(content, self._base_url)
        if index is None or not index.entries:
            raise ServiceUnavailable(f"{_INDEX} names no video models.", detail=address)
        return index

    async def _schema(self, client: httpx.AsyncClient, entry: IndexEntry, deadline: float) -> SchemaFile:
        address = self._base_url + entry.schema_path
        if not entry.schema_path:
            return SchemaFile(self._base_url, trouble="The index names no address for its schema that can be used.")
        try:
            raw, content = await _read(client, _SCHEMA, address, most_bytes=MAX_SCHEMA_BYTES, deadline=deadline)
        except StudioError as error:
            return SchemaFile(address, trouble=f"{error.sentence} {error.detail}".strip())
        return SchemaFile(address, raw, content)


async def _read(
    client: httpx.AsyncClient, what: str, address: str, *, most_bytes: int, deadline: float
) -> tuple[bytes, JsonValue]:
    """Return the bytes of a JSON file and its content. Raises `ConnectionFailed` and `ServiceUnavailable`."""
    try:
        async with asyncio.timeout_at(deadline), client.stream("GET", address) as response:
            _check_head(response, what)
            raw = await _bounded(response, what, most_bytes)
    except _BAD_REDIRECT:
        raise _redirected(what) from None
    except faults.NETWORK_TROUBLE as error:
        raise faults.page_breakdown(what, error) from None
    content = parse_json(raw)
    if content is None:
        raise ServiceUnavailable(f"{what} is not JSON.")
    return raw, content


def _check_head(response: httpx.Response, what: str) -> None:
    if 300 <= response.status_code < 400:
        raise _redirected(what)
    if response.status_code != 200:
        raise ServiceUnavailable(f"{what} is not there.", detail=f"HTTP {response.status_code}")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise ServiceUnavailable(f"{what} arrived compressed, which was not asked for.")


async def _bounded(response: httpx.Response, what: str, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most_bytes:
            raise ServiceUnavailable(f"{what} is longer than {most_bytes:,} bytes.")
    return bytes(body)


def _redirected(what: str) -> ServiceUnavailable:
    return ServiceUnavailable(f"{what} has moved to another address, which is not followed.")
