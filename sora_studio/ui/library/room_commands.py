"""What the search box can do by name in the library."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from sora_studio.domain.judgement import Judgement, Verdict
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.viewmodels.commands import Command

if TYPE_CHECKING:
    from sora_studio.ui.library.library_room import LibraryRoom


def room_commands(room: "LibraryRoom") -> Sequence[Command]:
    """Return the library's commands; those for clips need a selection."""

    def needs_clips() -> str:
        return "" if room.selected else "Select a clip first"

    def needs_results() -> str:
        return "" if len(room.model.order) else "There are no clips"

    def needs_query() -> str:
        return "" if room.box.text else "Search for something first"

    def select_all() -> None:
        room.view.setFocus()
        room.model.selection.select_all()

    def needs_grid() -> str:
        return "" if room.view.mode is LibraryMode.GRID else "The list has no tiles"

    ends = "Stop going on after judging" if room.advances else "Go on to the next clip after judging"
    undecided = Judgement(clears_verdict=True)
    return (
        Command("Keep the selected clips", partial(room.judge, Judgement(verdict=Verdict.KEPT)), "P", needs_clips),
        Command("Reject the selected clips", partial(room.judge, Judgement(verdict=Verdict.REJECTED)), "X", needs_clips),
        Command("Clear the decision on the selected clips", partial(room.judge, undecided), "U", needs_clips),
        Command("Move the selected clips to the trash", room.trash, "Del", needs_clips),
        Command("Select all clips", select_all, "Ctrl+A", needs_results),
        Command(ends, partial(room.set_advances, not room.advances)),
        Command("Show clips as a grid", partial(room.set_mode, LibraryMode.GRID)),
        Command("Show clips as a list", partial(room.set_mode, LibraryMode.LIST)),
        Command("Larger tiles", partial(room.view.resize_tiles, 1), "Ctrl++", needs_grid),
        Command("Smaller tiles", partial(room.view.resize_tiles, -1), "Ctrl+-", needs_grid),
        Command("Save this search", lambda: room.box.save_asked.emit(room.box.text), reason=needs_query),
    )
