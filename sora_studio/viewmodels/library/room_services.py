"""The services that the library room uses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.viewmodels.library.library_services import LibraryServices

if TYPE_CHECKING:
    from sora_studio.services.library.judging import Judging


@dataclass(frozen=True, slots=True)
class RoomServices:
    """`count` returns how many clips a query's text finds; `save_search` keeps the text as a search under its own name."""

    library: LibraryServices
    judging: "Judging"
    count: Callable[[str], Awaitable[int]]
    save_search: Callable[[str], Awaitable[object]]
