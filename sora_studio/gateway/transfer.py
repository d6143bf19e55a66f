"""Downloads films to disk, resuming after lost connections and restarts."""

import random
from collections.abc import Callable
from pathlib import Path

import httpx

from sora_studio.clock import Clock
from sora_studio.disk_calls import DiskThreads
from sora_studio.domain.errors import ServiceUnavailable, StudioError
from sora_studio.domain.ports import TransferProgress
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.schedule import backoff_s
from sora_studio.gateway import faults
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.part_file import PartFile
from sora_studio.gateway.ranges import Arrival, continuation, resume_headers, unsatisfied_total, whole
from sora_studio.gateway.transfer_rate import StallWatch, TransferRate
from sora_studio.gateway.unpacking import BadPacking
from sora_studio.gateway.web_source import WebSource

MAX_FILM_BYTES = 2_000_000_000
"""Far larger than any clip."""

MAX_FRUITLESS = 3
MAX_ATTEMPTS = 100
MAX_LAYERS = 3
"""Some films are compressed both in storage and in transit."""
_BUFFER_BYTES = 1 << 20
_WRITE_EVERY_S = 2.0


class _Interrupted(Exception):
    """An attempt ended early; another may continue."""


class FilmTransfer:
    """Downloads films resumably, without access to the API key.

    Lost connections are resumed within a fetch until three attempts in a row bring no bytes; received bytes are kept for the
    next fetch. A download is continued only if the origin proves that the film is the same.
    """

    def __init__(
        self,
        *,
        gateway_is_loopback: bool,
        clock: Clock,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._source = WebSource(
            accept="video/*, */*;q=0.5", loopback_allowed=gateway_is_loopback, proxies=proxies, transport=transport
        )
        self._threads = DiskThreads(at_once=1)  # keeps the pieces of a film in order
        self._rng = random.Random()  # noqa: S311

    async def close(self) -> None:
        """Close the connections. Cancel running fetches first, or they fail."""
        await self._source.close()

    async def fetch(self, url: str, part: Path, on_progress: Callable[[TransferProgress], None]) -> None:
        """Download the film to `part`, resuming if the origin proves that it is the same film.

        Returns once every byte is on disk; called again before `forget`, it returns at once. Raises `LinkExpired` on 403, 404
        and 410, a `PassingError` if retries fail (received bytes are kept), `StorageFull`, or `InvalidSetting` for a link
        that must not be fetched.
        """
        film, meter = PartFile(part, self._threads), TransferRate(self._clock, on_progress)
        try:
            await film.run(film.load)
            await self._fill(url, film, meter)
            await film.run(film.finish)
            await _unpack(film)
        except OSError as error:
            raise faults.disk_breakdown(error) from error
        finally:
            await film.release()
        meter.saw(film.size_bytes, film.total_bytes, last=True)

    async def forget(self, part: Path) -> None:
        """Delete the note beside `part`: the film was moved to its place, or is not wanted."""
        film = PartFile(part, self._threads)
        await film.run(film.forget)

    async def _fill(self, url: str, film: PartFile, meter: TransferRate) -> None:
        """Attempt the download until it is complete or no longer makes progress."""
        most_bytes, attempts, fruitless = film.size_bytes, 0, 0
        while not film.is_complete:
            failure = await self._try(url, film, meter)
            attempts += 1
            fruitless = 0 if film.size_bytes > most_bytes else fruitless + 1
            most_bytes = max(most_bytes, film.size_bytes)
            if failure is None:
                continue
            if fruitless >= MAX_FRUITLESS or attempts >= MAX_ATTEMPTS:
                raise failure
            await self._clock.sleep(backoff_s(fruitless, self._rng))

    async def _try(self, url: str, film: PartFile, meter: TransferRate) -> StudioError | None:
        """Attempt once: raise final errors, return retryable ones. HTTP errors are not chained: they contain the link."""
        try:
            await self._attempt(url, film, meter)
        except httpx.RequestError as error:
            return faults.film_breakdown(error)
        except _Interrupted as interruption:
            return ServiceUnavailable("The film's server does not deliver it whole.", detail=str(interruption))
        return None

    async def _attempt(self, url: str, film: PartFile, meter: TransferRate) -> None:
        async with self._source.open(url, resume_headers(film.size_bytes, film.validator)) as response:
            if response.status_code == 416:
                await self._settle(response, film)
                return
            arrival = self._arrival(response, film)
            if arrival is None:
                await film.run(film.discard)
                raise _Interrupted("the rest does not fit what was there")
            if max(arrival.total_bytes or 0, arrival.end or 0) > MAX_FILM_BYTES:
                raise LinkRefused("the film is larger than any clip")
            await film.run(film.begin, arrival)
            await self._drain(response, film, arrival, meter)

    def _arrival(self, response: httpx.Response, film: PartFile) -> Arrival | None:
        """Return what the body contains, or None if it is not the requested rest. Raises if it is not a film."""
        status, headers = response.status_code, response.headers
        if status not in (200, 206):
            raise faults.film_refusal(status, retry_after=headers.get("Retry-After"), now=self._clock.now())
        if status == 200:
            return whole(headers)
        return continuation(
            headers,
            size_bytes=film.size_bytes,
            total_bytes=film.total_bytes,
            validator=film.validator,
            encoding=film.encoding,
        )

    async def _settle(self, response: httpx.Response, film: PartFile) -> None:
        """Handle a 416: the stored bytes are either the whole film or belong to another one."""
        if film.size_bytes and unsatisfied_total(response.headers) == film.size_bytes:
            film.total_bytes = film.size_bytes
            return
        await film.run(film.discard)
        raise _Interrupted("the origin knows no such part")

    async def _drain(self, response: httpx.Response, film: PartFile, arrival: Arrival, meter: TransferRate) -> None:
        """Write the body to disk. Received bytes are written even if it is interrupted."""
        limit = MAX_FILM_BYTES if arrival.end is None else arrival.end
        watch, buffer = StallWatch(self._clock), bytearray()
        written_at = self._clock.monotonic()
        try:
            async for chunk in response.aiter_raw():
                buffer += chunk
                received = film.size_bytes + len(buffer)
                if received > limit:
                    buffer.clear()
                    await self._surplus(film, arrival)
                meter.saw(received, film.total_bytes)
                if watch.is_stalled(len(chunk)):
                    raise _Interrupted("next to nothing arrives")
                if len(buffer) >= _BUFFER_BYTES or self._clock.monotonic() - written_at >= _WRITE_EVERY_S:
                    piece, buffer = bytes(buffer), bytearray()
                    await film.run(film.write, piece)
                    written_at = self._clock.monotonic()
        finally:
            if buffer:
                await film.run(film.write, bytes(buffer))
        if film.total_bytes is None:
            film.total_bytes = film.size_bytes
        elif film.size_bytes < (arrival.end or 0):
            raise _Interrupted("the film ended early")

    async def _surplus(self, film: PartFile, arrival: Arrival) -> None:
        """Discard a body that is longer than announced, as either may be wrong."""
        if arrival.end is None:
            raise LinkRefused("the film is larger than any clip")
        await film.run(film.discard)
        raise _Interrupted("more arrived than was announced")


async def _unpack(film: PartFile) -> None:
    """Decompress the film. If that fails, the file is kept as received, for the user to inspect."""
    for _ in range(MAX_LAYERS):
        unpacking = await film.run(film.unpacking)
        if unpacking is None:
            return
        try:
            while not await film.run(unpacking.step, most_bytes=MAX_FILM_BYTES):
                pass
            await film.run(film.take_unpacked, unpacking.target)
        except BadPacking:
            return
        finally:
            await film.run(unpacking.close)
