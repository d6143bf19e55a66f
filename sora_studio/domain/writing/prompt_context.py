"""What a prompt is written for: the model, and what is chosen for the clip. Rules compare a text with it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sora_studio.domain.models.carry import ASPECT, RESOLUTION, SIZE
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import DURATION, Condition, Mode, ModelProfile
from sora_studio.domain.models.shapes import as_size
from sora_studio.domain.models.values import OptionValue, is_number

KIND = "kind"
"""Name of the mode's kind (`text`, `image` …) in a rule's condition; other names are meanings of options."""


@dataclass(frozen=True, slots=True)
class PromptContext:
    """`facts` are what is chosen, by meaning. `present` names the meanings that can be chosen and the roles that have a medium.

    Without a model, rules of models do not apply; without a duration, rules about time do not.
    """

    slug: str = ""
    family: str = ""
    title: str = ""
    facts: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    present: AbstractSet[str] = frozenset()

    @property
    def duration_s(self) -> float | None:
        """Return the clip's length, if it is known."""
        value = self.facts.get(DURATION)
        return float(value) if value is not None and is_number(value) else None

    @property
    def has_picture(self) -> bool:
        """Return whether the clip begins with a picture, which shows place and light already."""
        return "first" in self.present or self.facts.get(KIND) in ("image", "talk", "motion", "edit")

    def meets(self, models: AbstractSet[str], when: Condition) -> bool:
        """Return whether rules for these models (families or slugs; none for any) apply under this condition."""
        return (not models or self.slug in models or self.family in models) and when.holds(self.facts, self.present)


def context_of(profile: ModelProfile, draft: Draft) -> PromptContext:
    """Return what the draft's text is written for; its mode need not be one of the model's."""
    mode = profile.mode(draft.mode)
    if mode is None:
        return PromptContext(profile.slug, profile.family, profile.title)
    roles = {role.value for role, media in draft.media.items() if media}
    meanings = {option.meaning for option in profile.options_in(mode.id) if option.meaning}
    return PromptContext(profile.slug, profile.family, profile.title, _facts(profile, draft, mode), frozenset(meanings | roles))


def _facts(profile: ModelProfile, draft: Draft, mode: Mode) -> dict[str, OptionValue]:
    facts: dict[str, OptionValue] = {**mode.fixed, KIND: mode.kind.value}
    values = draft.values(mode, profile)
    for option in profile.options_in(mode.id):
        if option.field not in values or not option.meaning:
            continue
        chosen = option.choice(values[option.field])
        value = chosen.means if chosen else values[option.field]
        if option.meaning == SIZE and (size := as_size(value)):
            facts |= {RESOLUTION: size.resolution, ASPECT: size.aspect}
        else:
            facts[option.meaning] = value
    return facts
