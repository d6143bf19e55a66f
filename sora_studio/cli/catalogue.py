"""The models on this machine, read without opening a studio, and drafts for them from the arguments of a command."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from sora_studio.cli.report import say
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue, listed
from sora_studio.domain.request import usual_mode
from sora_studio.paths import resources_dir
from sora_studio.storage.profiles import load_profiles

_KINDS = {Role.VIDEO: MediaKind.VIDEO, Role.AUDIO: MediaKind.AUDIO, Role.LORA: MediaKind.LORA}


async def load_models(folder: Path) -> Mapping[str, ModelProfile]:
    """Return the shipped profiles and those of the data folder, by slug. Files that cannot be used are reported."""
    profiles, errors = await asyncio.to_thread(load_profiles, resources_dir() / "models", folder / "models")
    for error in errors:
        say(error.sentence)
    return profiles


def known_model(profiles: Mapping[str, ModelProfile], slug: str) -> ModelProfile:
    """Return the model; raises `InvalidRequest` if there is none."""
    if slug not in profiles:
        raise InvalidRequest([Problem("model", no_model(slug))])
    return profiles[slug]


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
    return slot.kind if slot else _KINDS.get(role, MediaKind.IMAGE)


def mode_for(profile: ModelProfile, wanted: str | None, roles: Iterable[Role]) -> str:
    """Return the wanted mode; else the one that is used for a picture, or for none."""
    return usual_mode(profile, has_image=any(role not in _KINDS for role in roles)).id if wanted is None else wanted


def read_options(choices: Iterable[tuple[str, str]], mode: str, profile: ModelProfile) -> dict[str, OptionValue]:
    """Return the values as the mode's options read them; text where there is no such option."""
    options = {option.field: option for option in profile.options_in(mode)}
    return {field: options[field].parse(text) if field in options else text for field, text in choices}
