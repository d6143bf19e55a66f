"""Uploads a film or sound to a signed address of an object store, as one streamed request."""

import asyncio
from urllib.parse import urlsplit

import httpx

from sora_studio.domain.errors import ConnectionFailed, PassingError, StudioError
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.ports import StoreAnswer
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.gateway import upload_body
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.faults import NEVER_SENT
from sora_studio.gateway.proxied_transport import open_transport
from sora_studio.gateway.unreachable import why_unreached

MAX_ANSWER_BYTES = 1 << 14

_TIMEOUT = httpx.Timeout(connect=10.0, write=None, read=None, pool=None)


class SignedUpload:
    """Sends one file in one request: complete or not at all, so no unfinished parts cost storage.

    The link is a secret: it appears in no log or error, and redirects are not followed.
    """

    def __init__(self, proxies: Proxies = DIRECT) -> None:
        keep_addresses_out_of_the_log()
        self._proxies = proxies

    async def send(self, link: str, file: PreparedFile) -> StoreAnswer:
        """See `SendFile`."""
        host = urlsplit(link).netloc
        try:
            async with asyncio.timeout(upload_body.STALL_S) as stall, self._client(link) as client:
                body = upload_body.pieces_of_file(file, stall)
                headers = {"Content-Type": file.media_type, "Content-Length": str(file.size_bytes)}
                async with client.stream("PUT", link, content=body, headers=headers) as response:
                    stall.reschedule(asyncio.get_running_loop().time() + upload_body.STALL_S)
                    return StoreAnswer(response.status_code, response.headers.get("ETag", ""), await _beginning(response))
        except StudioError:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            failure = _breakdown(error, host)
        raise failure

    def _client(self, link: str) -> httpx.AsyncClient:
        trust = trusted_authorities()
        return httpx.AsyncClient(
            transport=open_transport(link, self._proxies, trust=trust, limits=httpx.Limits(max_connections=1)),
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        )


async def _beginning(response: httpx.Response) -> str:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body.decode(errors="replace")


def _breakdown(error: Exception, host: str) -> PassingError:
    kind = ConnectionFailed if isinstance(error, NEVER_SENT) else PassingError
    return kind(f"{host} cannot be reached: {why_unreached(error)}.", detail=type(error).__name__)
