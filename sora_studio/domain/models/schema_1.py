"""Reads a profile of schema 1, whose modes are two fixed words and whose options are all choices with a default."""

from dataclasses import replace

from sora_studio.domain.models.condition_tables import Names, read_condition, read_time
from sora_studio.domain.models.names import RESERVED, check_field, check_slug
from sora_studio.domain.models.option_tables import bare_title
from sora_studio.domain.models.profile import (
    MODE,
    Choice,
    MediaKind,
    MediaSlot,
    Mode,
    ModeKind,
    ModelProfile,
    Option,
    OptionKind,
    Price,
    PricePer,
    Role,
)
from sora_studio.domain.models.schema_2 import read_expiry, read_limits, read_poll, read_prompt, read_routing
from sora_studio.domain.models.toml_table import Table, quoted
from sora_studio.domain.models.values import listed

_MODES = {
    "text-to-video": ("Text to video", ModeKind.TEXT),
    "image-to-video": ("Image to video", ModeKind.IMAGE),
}
IMAGE_TO_VIDEO = "image-to-video"
_MEANINGS = {
    "duration": "duration_s",
    "aspect_ratio": "aspect",
    "ratio": "aspect",
    "resolution": "resolution",
    "sound": "sound",
    "seed": "seed",
}


def read_schema_1(root: Table, digest: str) -> ModelProfile:
    """Return the profile; raises `ProfileError` for anything unknown, missing or senseless."""
    slug, title = check_slug(root, "slug", root.text("slug")), root.text("title")
    modes = tuple(Mode(name, *_MODES[name], sends={MODE: name}) for name in root.names("modes", tuple(_MODES), "a mode"))
    media = _read_images(root, modes)
    options = _read_options(root, modes, media)
    routing = read_routing(root.table("routing"))
    names = Names(modes, options, media, routing)
    profile = ModelProfile(
        slug=slug,
        title=title,
        family=slug,
        digest=digest,
        prompt=read_prompt(root.table("prompt")),
        routing=routing,
        modes=modes,
        options=options,
        media=media,
        prices=tuple(_read_price(table, names) for table in root.tables("price")),
        generation_times=tuple(read_time(table, names) for table in root.tables("generation_time")),
        poll=read_poll(root.table("poll")),
        states_poll=True,
        limits=read_limits(root.table("limits")),
        expire_after_s=read_expiry(root.table("results")),
    )
    root.finish()
    return profile


def _read_images(root: Table, modes: tuple[Mode, ...]) -> tuple[MediaSlot, ...]:
    wanted = any(mode.id == IMAGE_TO_VIDEO for mode in modes)
    table = root.maybe(root.table, "images")
    if table is None:
        if wanted:
            raise root.error("modes", f"The mode {IMAGE_TO_VIDEO} needs a table [images].")
        return ()
    if not wanted:
        raise root.error("images", f"Images need the mode {IMAGE_TO_VIDEO} among the modes.")
    most = table.integer("max", at_least=1)
    slot = MediaSlot(
        role=Role.FIRST if most == 1 else Role.REFERENCE,
        kind=MediaKind.IMAGE,
        field=check_field(table, "field", table.text("field"), RESERVED),
        modes=(IMAGE_TO_VIDEO,),
        min=table.integer("min", at_least=1),
        max=most,
        formats=table.formats("formats"),
        max_bytes=table.integer("max_bytes", at_least=1),
    )
    table.check_order("min", slot.min, "max", most)
    table.finish()
    return (slot,)


def _read_options(root: Table, modes: tuple[Mode, ...], media: tuple[MediaSlot, ...]) -> tuple[Option, ...]:
    taken = {*RESERVED, *(slot.field for slot in media)}
    options = list[Option]()
    for table in root.tables("options"):
        field = check_field(table, "field", table.text("field"), taken)
        taken.add(field)
        plain = Option(
            field=field,
            title=table.text("title"),
            kind=OptionKind.CHOICE,
            modes=tuple(mode.id for mode in modes),
            meaning=_MEANINGS.get(field, ""),
            unit=table.maybe(table.text, "unit") or "",
            default=table.scalar("default"),
        )
        choices = tuple(Choice(value, bare_title(plain, value), value) for value in table.scalars("values"))
        option = replace(plain, choices=choices)
        if option.default is not None and not option.allows(option.default):
            possible = listed(quoted(choice.value) for choice in choices)
            raise table.error("default", f"default is {quoted(option.default)}, which is none of {possible}.")
        table.finish()
        options.append(option)
    return tuple(options)


def _read_price(table: Table, names: Names) -> Price:
    usd = table.number("usd")
    price = Price(PricePer.CLIP, read_condition(table.table("when"), names), (usd, usd))
    table.finish()
    return price
