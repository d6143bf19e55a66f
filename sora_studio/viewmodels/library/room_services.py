"""The services that the library room uses."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.viewmodels.library.library_services import LibraryServices

if TYPE_CHECKING:
    from sora_studio.domain.did_you_mean import Respelling
    from sora_studio.services.library.judging import Judging
    from sora_studio.viewmodels.library.completion import KnownNames


@dataclass(frozen=True, slots=True)
class RoomServices:
    """`count` returns how many clips a query's text finds; `save_search` keeps the text as a search under its own name.

    `spelling` returns what a query that finds nothing may have meant; `names` returns what filters can be completed to.
    `make_strip` makes the filmstrip of a task's clip, if it has none.
    """

    library: LibraryServices
    judging: "Judging"
    count: Callable[[str], Awaitable[int]]
    save_search: Callable[[str], Awaitable[object]]
    spelling: "Callable[[str], Awaitable[Respelling | None]]"
    names: "Callable[[], Awaitable[KnownNames]]"
    make_strip: Callable[[int], Coroutine[object, object, None]]
