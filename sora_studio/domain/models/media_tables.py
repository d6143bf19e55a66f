"""Reads the `[[media]]` tables of a profile of schema 2."""

from collections.abc import Sequence
from dataclasses import replace

from sora_studio.domain.models.names import check_field
from sora_studio.domain.models.option_tables import modes_of
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, Option, Role
from sora_studio.domain.models.toml_table import Table

_NUMBER = "{n}"


def read_media(root: Table, modes: Sequence[Mode], options: Sequence[Option]) -> tuple[MediaSlot, ...]:
    """Return the roles. Two with one field in one mode make one list, in which positions must not shift."""
    media = list[MediaSlot]()
    for table in root.tables("media"):
        slot = _read_slot(table, modes)
        for mode in modes:
            if mode.id in slot.modes:
                _check_neighbours(table, slot, mode, media, options)
        media.append(slot)
    return tuple(media)


def _check_neighbours(
    table: Table, slot: MediaSlot, mode: Mode, before: Sequence[MediaSlot], options: Sequence[Option]
) -> None:
    if slot.field in mode.sends:
        raise table.error("field", f"The mode {mode.id!r} itself sends the field {slot.field!r}.")
    if any(option.field == slot.field and mode.id in option.modes for option in options):
        raise table.error("field", f"The field {slot.field!r} is also an option in the mode {mode.id!r}.")
    for other in before:
        if mode.id not in other.modes:
            continue
        if other.role is slot.role:
            raise table.error("role", f"The role {slot.role} stands twice in the mode {mode.id!r}.")
        if other.field != slot.field:
            continue
        if other.kind is not slot.kind:
            raise table.error("kind", f"The field {slot.field!r} holds {other.kind} and {slot.kind} in the mode {mode.id!r}.")
        if other.min != other.max:
            reason = f"{other.role} comes before {slot.role} in {slot.field!r}: its min must equal its max, or places shift."
            raise table.error("field", reason)


def _read_slot(table: Table, modes: Sequence[Mode]) -> MediaSlot:
    kind = table.word("kind", MediaKind)
    slot = MediaSlot(
        role=table.word("role", Role),
        kind=kind,
        field=check_field(table, "field", table.text("field")),
        modes=modes_of(table, modes),
        min=table.maybe(table.integer, "min", at_least=0) or 0,
        max=table.maybe(table.integer, "max", at_least=1),
        formats=table.maybe(table.formats, "formats") or (),
        max_bytes=table.maybe(table.integer, "max_bytes", at_least=1),
        tag=table.maybe(table.text, "tag") or "",
    )
    _check_role(table, slot)
    table.check_order("min", slot.min, "max", slot.max)
    if slot.tag and _NUMBER not in slot.tag:
        raise table.error("tag", f"tag must contain {_NUMBER}, which stands for the number.")
    slot = _with_shape(table, slot) if kind is MediaKind.IMAGE else slot
    slot = _with_length(table, slot) if kind in (MediaKind.VIDEO, MediaKind.AUDIO) else slot
    table.finish()
    return slot


def _check_role(table: Table, slot: MediaSlot) -> None:
    """Roles that are named after a kind hold that kind; a LoRA has no other role; frames and masks are pictures."""
    named = {Role.VIDEO: MediaKind.VIDEO, Role.AUDIO: MediaKind.AUDIO, Role.LORA: MediaKind.LORA}
    pictures = (Role.FIRST, Role.LAST, Role.MASK)
    wanted = named.get(slot.role) or (MediaKind.IMAGE if slot.role in pictures else None)
    if (wanted and slot.kind is not wanted) or (slot.kind is MediaKind.LORA and slot.role is not Role.LORA):
        raise table.error("kind", f"The role {slot.role} cannot be of the kind {slot.kind}.")


def _with_shape(table: Table, slot: MediaSlot) -> MediaSlot:
    slot = replace(
        slot,
        min_side=table.maybe(table.integer, "min_side", at_least=1),
        max_side=table.maybe(table.integer, "max_side", at_least=1),
        min_ratio=table.maybe(table.positive, "min_ratio"),
        max_ratio=table.maybe(table.positive, "max_ratio"),
        alpha=table.maybe(table.flag, "alpha") is not False,
    )
    table.check_order("min_side", slot.min_side, "max_side", slot.max_side)
    table.check_order("min_ratio", slot.min_ratio, "max_ratio", slot.max_ratio)
    return slot


def _with_length(table: Table, slot: MediaSlot) -> MediaSlot:
    slot = replace(
        slot,
        min_s=table.maybe(table.seconds, "min_s"),
        max_s=table.maybe(table.seconds, "max_s"),
        total_max_s=table.maybe(table.seconds, "total_max_s"),
    )
    table.check_order("min_s", slot.min_s, "max_s", slot.max_s)
    table.check_order("min_s", slot.min_s, "total_max_s", slot.total_max_s)
    return slot
