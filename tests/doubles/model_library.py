"""The models of a folder for tests: the real library on real files, asking whatever publishes the index."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from sora_studio.domain.models.model_index import PublishedModels
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.services.models.model_check import ModelCheck
from sora_studio.services.models.model_library import ModelLibrary
from sora_studio.storage.model_files import ModelFiles
from sora_studio.storage.proposals import save_proposal
from tests.doubles.models import HARBOUR, shipped_texts

SHIPPED = ("grok-video", "sora-2", "vidu-q3")

Fetch = Callable[[], Awaitable[PublishedModels]]


async def publish_nothing() -> PublishedModels:
    """Fail: no test may ask without being asked."""
    raise AssertionError("the index was read")


def model_folders(folder: Path, *shipped: str) -> tuple[Path, Path]:
    """Return a folder with a few shipped models, and the user's own, which is empty."""
    places = folder / "shipped", folder / "data" / "models"
    for place in places:
        place.mkdir(parents=True)
    for slug in shipped or SHIPPED:
        (places[0] / f"{slug}.toml").write_text(shipped_texts()[slug], encoding="utf-8")
    return places


def model_library(shipped: Path, own: Path, fetch: Fetch = publish_nothing) -> ModelLibrary:
    """Return the library of these folders."""

    def check_of(profiles: Mapping[str, ModelProfile]) -> ModelCheck:
        save = partial(save_proposal, own / "proposed")
        return ModelCheck(fetch=fetch, profiles=profiles, save=save, today=lambda: date(2026, 11, 29))

    return ModelLibrary(ModelFiles(shipped, own), own, check_of)


def write_own(own: Path, slug: str, text: str = HARBOUR) -> Path:
    """Write a file of the user's, which is read as the model of that slug if its text says so."""
    path = own / f"{slug}.toml"
    path.write_text(text, encoding="utf-8")
    return path
