"""The models on this machine, read without opening a studio."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from sora_studio.cli.report import say
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.paths import resources_dir
from sora_studio.services.models.typed_draft import no_model
from sora_studio.storage.profiles import load_profiles


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
