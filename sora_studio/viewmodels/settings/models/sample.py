"""A sample draft for a profile in the editor, and the request that it would become."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.check import check
from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModeKind, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue

PROMPT = "A paper boat drifts down a narrow canal at night."
MOST_MEDIA = 20
"""Far more than a role takes: a text may say millions while it is typed."""
_SUFFIXES = {MediaKind.IMAGE: "jpg", MediaKind.VIDEO: "mp4", MediaKind.AUDIO: "mp3", MediaKind.LORA: "safetensors"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What is chosen in the form, for all modes together, so that a change of mode loses nothing. Media are made up."""

    profile: ModelProfile
    mode: Mode
    prompt: str = PROMPT
    chosen: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    counts: Mapping[Role, int] = field(default_factory=dict[Role, int])
    route: str = ""

    @classmethod
    def of(cls, profile: ModelProfile, before: "Sample | None" = None) -> "Sample":
        """Return the sample of a profile: its first mode and defaults, and what was chosen `before` where that still fits."""
        if before is None:
            return cls(profile, profile.modes[0])
        mode = profile.mode(before.mode.id) or profile.modes[0]
        routes = profile.routing.values if profile.routing else ()
        route = before.route if before.route in routes else ""
        return replace(before, profile=profile, mode=mode, route=route)

    def with_mode(self, mode_id: str) -> "Sample":
        """Return the sample in another mode of the profile."""
        return replace(self, mode=self.profile.mode(mode_id) or self.mode)

    def with_option(self, name: str, value: OptionValue | None) -> "Sample":
        """Return the sample with a value for an option's field; None leaves it at its default."""
        others = {known: kept for known, kept in self.chosen.items() if known != name}
        return replace(self, chosen=others if value is None else {**others, name: value})

    def with_prompt(self, prompt: str) -> "Sample":
        """Return the sample with another prompt."""
        return replace(self, prompt=prompt)

    def with_route(self, route: str) -> "Sample":
        """Return the sample with a chosen route."""
        return replace(self, route=route)

    def with_count(self, role: Role, count: int) -> "Sample":
        """Return the sample with that many media in a role."""
        return replace(self, counts={**self.counts, role: count})

    def count(self, slot: MediaSlot) -> int:
        """Return how many media the role has: as chosen, else as few as the mode needs."""
        chosen = self.counts.get(slot.role, self._least(slot))
        return min(chosen, MOST_MEDIA if slot.max is None else min(slot.max, MOST_MEDIA))

    @property
    def draft(self) -> Draft:
        """The draft: what is chosen in this mode, and media with made-up addresses."""
        fields = {option.field for option in self.profile.options_in(self.mode.id)}
        return Draft(
            self.prompt,
            self.mode.id,
            {name: value for name, value in self.chosen.items() if name in fields},
            {slot.role: _media(slot, self.count(slot)) for slot in self.profile.media_in(self.mode.id)},
            self.route,
        )

    def refusals(self) -> tuple[str, ...]:
        """Return why the draft would not be sent; empty when it would."""
        return tuple(dict.fromkeys(refusal.say for refusal in check(self.draft, self.profile)))

    def request(self) -> str:
        """Return the request as JSON: what `generate --dry-run --json` prints, on several lines."""
        draft, profile = self.draft, self.profile
        made = {"model": profile.slug, "provider": provider(draft, profile), "input": build(draft, profile)}
        return json.dumps(made, indent=2, ensure_ascii=False)

    def _least(self, slot: MediaSlot) -> int:
        """Return how many media the form starts with: a mode of references needs one, in whatever role."""
        slots = self.profile.media_in(self.mode.id)
        if self.mode.kind is ModeKind.REFERENCE and not any(one.min for one in slots) and slot is slots[0]:
            return 1
        return slot.min


def _media(slot: MediaSlot, count: int) -> tuple[Medium, ...]:
    addresses = (f"https://example.com/{slot.role}-{number}.{_SUFFIXES[slot.kind]}" for number in range(1, count + 1))
    return tuple(Medium(address, slot.kind) for address in addresses)
