"""Slots per address: a fixed number for each, and a short wait when all are taken."""

import asyncio
from collections import Counter, defaultdict, deque


class Places:
    """The slots of every address. A freed slot goes to the longest waiting request (FIFO)."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._taken = Counter[str]()
        self._waiting = defaultdict[str, deque[asyncio.Future[None]]](deque)

    def try_take(self, address: str) -> bool:
        """Take a free slot, if there is one; give it back with `leave`."""
        if self._taken[address] >= self._per_address:
            return False
        self._taken[address] += 1
        return True

    async def take(self, address: str, *, patience_s: float) -> bool:
        """Take a slot as soon as one is free; False after the timeout."""
        if self.try_take(address):
            return True
        place = asyncio.get_running_loop().create_future()
        self._waiting[address].append(place)
        try:
            await asyncio.wait([place], timeout=patience_s)
        except asyncio.CancelledError:
            if place.done():
                self.leave(address)
            raise
        finally:
            self._forget(address, place)
        return place.done()

    def is_wanted(self, address: str) -> bool:
        """Return whether a request is waiting for a slot."""
        return address in self._waiting

    def leave(self, address: str) -> None:
        """Give a slot back."""
        if address in self._waiting:
            self._waiting[address][0].set_result(None)
            self._forget(address, self._waiting[address][0])
            return
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]

    def _forget(self, address: str, place: asyncio.Future[None]) -> None:
        if place in self._waiting[address]:
            self._waiting[address].remove(place)
        if not self._waiting[address]:
            del self._waiting[address]
