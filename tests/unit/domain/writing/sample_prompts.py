"""Sample prompts: good ones, about which nothing should be said, and others that name the rules that must fire."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import DURATION, ModelProfile
from sora_studio.domain.models.read import read_file
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import usual_mode
from sora_studio.domain.writing.prompt_context import KIND, PromptContext, context_of
from sora_studio.paths import resources_dir
from sora_studio.storage.prompt_files import PromptFiles

FOLDER = Path(__file__).parent / "samples"
USUAL: Mapping[str, OptionValue] = {DURATION: 10, "aspect": "16:9", KIND: "text"}


@dataclass(frozen=True, slots=True)
class Sample:
    """`rules` are those that must fire; none for a good prompt."""

    name: str
    text: str
    context: PromptContext
    rules: frozenset[str]

    @property
    def is_good(self) -> bool:
        return not self.rules


@cache
def prompt_files() -> PromptFiles:
    """The shipped vocabulary and rules."""
    files = PromptFiles(resources_dir() / "prompts", Path("/nonexistent"))
    assert not files.errors
    return files


@cache
def samples() -> tuple[Sample, ...]:
    """Every sample of every file."""
    return tuple(
        _sample(f"{path.stem}-{number}", entry)
        for path in sorted(FOLDER.glob("*.toml"))
        for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["sample"], start=1)
    )


@cache
def profile(slug: str) -> ModelProfile:
    path = resources_dir() / "models" / f"{slug}.toml"
    return read_file(path.read_text(encoding="utf-8"), path.name)


def _sample(name: str, entry: dict[str, object]) -> Sample:
    unknown = entry.keys() - {"text", "rules", "model", "duration", "options", "picture"}
    assert not unknown, f"{name}: {unknown}"
    facts, present, slug, family, title = dict(USUAL), frozenset[str](), "", "", ""
    if "model" in entry:
        model = profile(str(entry["model"]))
        context = context_of(model, Draft("", usual_mode(model, has_image="picture" in entry).id))
        facts, present = dict(context.facts), frozenset(context.present)
        slug, family, title = context.slug, context.family, context.title
    if "picture" in entry:
        facts[KIND] = "image"
        present |= {"first"}
    facts |= cast("dict[str, OptionValue]", entry.get("options", {}))
    if "duration" in entry:
        facts[DURATION] = cast("int", entry["duration"])
    rules = frozenset(cast("list[str]", entry.get("rules", [])))
    return Sample(name, str(entry["text"]).strip(), PromptContext(slug, family, title, facts, present), rules)
