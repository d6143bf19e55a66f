"""Reads the `[[option]]` tables of a profile of schema 2."""

from collections.abc import Sequence
from dataclasses import replace

from sora_studio.domain.models.names import RESERVED, check_field
from sora_studio.domain.models.profile import Choice, Mode, Option, OptionKind
from sora_studio.domain.models.toml_table import Table, quoted
from sora_studio.domain.models.values import OptionValue, is_number, is_whole, shown


def read_options(root: Table, modes: Sequence[Mode]) -> tuple[Option, ...]:
    """Return the options; a field may stand twice if the modes do not overlap."""
    options = list[Option]()
    for table in root.tables("option"):
        option = _read_option(table, modes)
        for mode in modes:
            if mode.id in option.modes and option.field in mode.sends:
                raise table.error("field", f"The mode {mode.id!r} itself sends the field {option.field!r}.")
        for other in options:
            if other.field == option.field and (shared := [mode for mode in option.modes if mode in other.modes]):
                raise table.error("field", f"The field {option.field!r} stands twice in the mode {shared[0]!r}.")
        options.append(option)
    return tuple(options)


def modes_of(table: Table, modes: Sequence[Mode]) -> tuple[str, ...]:
    """Return the ids of the modes in which a table holds: all unless it names some."""
    known = tuple(mode.id for mode in modes)
    return table.maybe(table.names, "modes", known, "a mode") or known


def _read_option(table: Table, modes: Sequence[Mode]) -> Option:
    option = Option(
        field=check_field(table, "field", table.text("field"), RESERVED),
        title=table.text("title"),
        kind=table.word("kind", OptionKind),
        modes=modes_of(table, modes),
        meaning=table.maybe(table.text, "meaning") or "",
        unit=table.maybe(table.text, "unit") or "",
        default=table.maybe(table.scalar, "default"),
        required=table.maybe(table.flag, "required") is True,
        as_text=_is_text(table),
    )
    option = _with_limits(option, table)
    if option.default is not None and not option.allows(option.default):
        raise table.error("default", f"default is {quoted(option.default)}, but {option.title} {option.says()}.")
    if option.max_chars is not None and len(str(option.default or "")) > option.max_chars:
        raise table.error("default", f"default is longer than max_chars ({option.max_chars}).")
    table.finish()
    return option


def _is_text(table: Table) -> bool:
    wire = table.maybe(table.text, "wire")
    if wire not in (None, "string"):
        raise table.error("wire", f'wire is {quoted(wire)}; it can only be "string".')
    return wire is not None


def _with_limits(option: Option, table: Table) -> Option:
    """Return the option with the keys that belong to its kind."""
    match option.kind:
        case OptionKind.CHOICE:
            return replace(option, choices=_read_choices(option, table))
        case OptionKind.INT | OptionKind.FLOAT:
            return _with_range(option, table)
        case OptionKind.TEXT:
            return replace(option, max_chars=table.maybe(table.integer, "max_chars", at_least=1))
        case OptionKind.SWITCH:
            return option


def _with_range(option: Option, table: Table) -> Option:
    low, high = table.maybe(table.signed, "min"), table.maybe(table.signed, "max")
    step = table.maybe(table.positive, "step")
    whole = option.kind is OptionKind.INT
    for key, number in (("min", low), ("max", high), ("step", step)):
        if whole and number is not None and not is_whole(number):
            raise table.error(key, f"{key} must be a whole number.")
    table.check_order("min", low, "max", high)
    option = replace(option, min=low, max=high, step=step)
    if not whole or "random" not in table:
        return option
    random = table.signed("random")
    if not isinstance(random, int):
        raise table.error("random", "random must be a whole number.")
    return replace(option, random=random)


def _read_choices(option: Option, table: Table) -> tuple[Choice, ...]:
    choices, seen = list[Choice](), set[tuple[type, OptionValue]]()
    for position, item in enumerate(table.items("values")):
        choice = (
            _read_choice(option, table.inner("values", position, item))
            if isinstance(item, dict)
            else _bare(option, table.checked_scalar("values", item, position))
        )
        if (type(choice.value), choice.value) in seen:
            raise table.error("values", f"values contains {quoted(choice.value)} twice.", position)
        seen.add((type(choice.value), choice.value))
        choices.append(choice)
    return tuple(choices)


def _read_choice(option: Option, table: Table) -> Choice:
    value = table.scalar("value")
    means = table.maybe(table.scalar, "means")
    choice = Choice(value, table.maybe(table.text, "title") or bare_title(option, value), value if means is None else means)
    table.finish()
    return choice


def _bare(option: Option, value: OptionValue) -> Choice:
    return Choice(value, bare_title(option, value), value)


def bare_title(option: Option, value: OptionValue) -> str:
    """Return the title of a value that has none of its own: `10 s`, `Landscape`, `on`."""
    if isinstance(value, bool) or is_number(value):
        return option.measured(value)
    return f"{shown(value)} {option.unit}" if option.unit else f"{shown(value)[:1].upper()}{shown(value)[1:]}"
