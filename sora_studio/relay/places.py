"""Who may be here at once: so many places for each address, and a short wait for those who come when all are taken."""

import asyncio
from collections import Counter, defaultdict, deque


class Places:
    """The places of every address. One that is left goes to whoever has waited longest."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._taken = Counter[str]()
        self._waiting = defaultdict[str, deque[asyncio.Future[None]]](deque)

    def try_take(self, address: str) -> bool:
        """Take one that is free; to be left again."""
        if self._taken[address] >= self._per_address:
            return False
        self._taken[address] += 1
        return True

    async def take(self, address: str, *, patience_s: float) -> bool:
        """Take one as soon as there is one; False when there was none for so long."""
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
        """Whether somebody waits."""
        return address in self._waiting

    def leave(self, address: str) -> None:
        """Give one back."""
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
