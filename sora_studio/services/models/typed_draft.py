"""Drafts from what a person typed: a command's arguments, or the cells of a table."""

from collections.abc import Iterable

from sora_studio.domain.models.check import Refusal, RefusalKind
from sora_studio.domain.models.draft import USUAL_KINDS, Medium
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue, listed
from sora_studio.domain.request import is_url, usual_mode
from sora_studio.paths import NotAPath, local_path

NOT_A_FILE = "Give a path, or an http or https address."


def no_model(slug: str) -> str:
    """Return the sentence for a slug without a profile."""
    return f'There is no model {slug!r}; "sora-studio models --all" lists those that there are.'


def role_named(word: str) -> Role | None:
    """Return the role with that name."""
    return Role(word) if word in set(Role) else None


def no_role(word: str) -> str:
    """Return the sentence for a word that is no role."""
    return f"There is no role {word!r}; a medium is {listed(Role)}."


def kind_of(role: Role, mode: str, profile: ModelProfile) -> MediaKind:
    """Return the kind of a medium in that role: the mode's own, else the one that the role suggests."""
    slot = next((slot for slot in profile.media_in(mode) if slot.role is role), None)
    return slot.kind if slot else USUAL_KINDS.get(role, MediaKind.IMAGE)


def named_media(
    images: Iterable[str], media: Iterable[tuple[str, str]], mode: str, profile: ModelProfile
) -> tuple[dict[Role, tuple[Medium, ...]], list[Refusal]]:
    """Return the media of a command by role, and what is wrong with their names.

    An `--image` is the first picture, or in a mode without one takes its first role for pictures.
    """
    slots = profile.media_in(mode)
    pictures = [slot.role for slot in slots if slot.kind is MediaKind.IMAGE]
    picture = Role.FIRST if Role.FIRST in pictures or not pictures else pictures[0]
    found, refusals = dict[Role, tuple[Medium, ...]](), list[Refusal]()
    for word, source in [*((picture.value, image) for image in images), *media]:
        role = role_named(word)
        if role is None:
            refusals.append(Refusal(RefusalKind.MEDIA_UNKNOWN, no_role(word), word))
            continue
        address = source
        try:
            address = source_of(source)
        except NotAPath as error:
            refusals.append(Refusal(RefusalKind.MEDIA_MISSING, f"{error} {NOT_A_FILE}", role, source))
        found[role] = (*found.get(role, ()), Medium(address, kind_of(role, mode, profile)))
    return found, refusals


def source_of(source: str) -> str:
    """Return a web address unchanged, a file as an absolute path. Raises `NotAPath` for anything else."""
    if is_url(trimmed := source.strip()):
        return trimmed
    if not trimmed:
        raise NotAPath("A file's name is empty.")
    if trimmed.lower().startswith(("http:", "https:")):
        raise NotAPath(f"{trimmed} is not a complete address.")
    return str(local_path(source))


def mode_for(profile: ModelProfile, wanted: str | None, roles: Iterable[Role]) -> str:
    """Return the wanted mode; else the one that is used for a picture, or for none."""
    return usual_mode(profile, has_image=any(role not in USUAL_KINDS for role in roles)).id if wanted is None else wanted


def read_options(choices: Iterable[tuple[str, str]], mode: str, profile: ModelProfile) -> dict[str, OptionValue]:
    """Return the values as the mode's options read them; text where there is no such option."""
    options = {option.field: option for option in profile.options_in(mode)}
    return {field: options[field].parse(text) if field in options else text for field, text in choices}
