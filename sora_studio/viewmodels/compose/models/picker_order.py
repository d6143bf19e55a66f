"""The order of models in the picker: families, and the models in each. Pure functions."""

import re
from collections.abc import Iterable

from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts

OTHERS = "Others"
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def families(facts: PickerFacts) -> list[tuple[str, list[ModelProfile]]]:
    """Return every family with its models.

    The draft's family comes first, then those with a favourite, then the others by name; last those that are ending. In a
    family favourites come first, then the newest.
    """
    groups = dict[str, list[ModelProfile]]()
    for profile in facts.profiles.values():
        groups.setdefault(profile.family.casefold(), []).append(profile)

    def place(name: str) -> tuple[bool, bool, bool, bool, str]:
        models = groups[name]
        slugs = {model.slug for model in models}
        is_ending = all(model.status is not Status.CURRENT for model in models)
        return facts.current not in slugs, is_ending, slugs.isdisjoint(facts.favourites), not name, name

    def place_in_family(model: ModelProfile) -> tuple[bool, bool, tuple[int, ...], str]:
        is_ending = model.status is not Status.CURRENT
        return model.slug not in facts.favourites, is_ending, _newest_first(model.title), model.title.casefold()

    return [(_title(groups[name]), sorted(groups[name], key=place_in_family)) for name in sorted(groups, key=place)]


def _title(models: Iterable[ModelProfile]) -> str:
    return next((model.family for model in models if model.family), OTHERS)


def _newest_first(title: str) -> tuple[int, ...]:
    """Return a key that puts higher versions first, and titles without a version last."""
    found = _VERSION.search(title)
    return tuple(-int(part[:9]) for part in found[0].split(".")) if found else (1,)
