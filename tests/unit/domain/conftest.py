"""The shipped profile, as every rule of the domain is told by a profile."""

from pathlib import Path

import pytest

from sora_studio import paths
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import read


@pytest.fixture(scope="session")
def shipped() -> Path:
    return paths.resources_dir() / "models"


@pytest.fixture(scope="session")
def sora_2_text(shipped: Path) -> str:
    return (shipped / "sora-2.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sora_2(sora_2_text: str) -> ModelProfile:
    return read(sora_2_text, "sora-2.toml")
