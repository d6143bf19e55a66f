"""The family line: the members of a clip's family with what they are to it. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sora_studio.domain.family import Family
from sora_studio.domain.intent import ParentKind
from sora_studio.domain.library import TileFacts

_KINDS = {ParentKind.CONTINUED: "continued", ParentKind.AGAIN: "again", ParentKind.VARIATION: "variation"}


@dataclass(frozen=True, slots=True)
class Relative:
    """A member: what it is to the clip that is shown, such as `take 2`, `15 s` or `continued`, and its tile."""

    caption: str
    tile: TileFacts
    is_shown: bool = False


def relatives(family: Family, tiles: Iterable[TileFacts], shown: int) -> list[Relative]:
    """Return the members whose tiles are there, from the parent to the children; empty for a clip that stands alone."""
    by_id = {tile.id: tile for tile in tiles}
    captions = {family.parent: "before"} if family.parent is not None else dict[int, str]()
    is_alone = len(family.takes) == 1
    captions |= {task: "this clip" if is_alone else f"take {number}" for number, task in enumerate(family.takes, start=1)}
    for child in family.children:
        captions[child.task] = _KINDS.get(child.kind) or _length(by_id.get(child.task))
    found = [Relative(captions[task], by_id[task], task == shown) for task in family.members if task in by_id]
    return found if len(found) > 1 else []


def _length(tile: TileFacts | None) -> str:
    return f"{tile.length_s:.0f} s" if tile is not None and tile.length_s else "longer"
