"""What the model picker is given, and what follows from it for one model."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sora_studio.domain.models.carry import carry
from sora_studio.domain.models.changes import ChangeKind, DraftChange, Preview, preview
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.price_words import draft_price_usd
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.record import ModelRecord


@dataclass(frozen=True, slots=True)
class PickerFacts:
    """The models by slug, the draft with the slug of its model, and the user's favourites. No record: nothing is known yet.

    `left` is the draft as it was left with other models, and would come back.

    The draft's model may be missing from `profiles`: its file may be gone.
    """

    profiles: Mapping[str, ModelProfile]
    current: str
    draft: Draft
    today: date
    favourites: tuple[str, ...] = ()
    records: Mapping[str, ModelRecord] = field(default_factory=dict[str, ModelRecord])
    left: Mapping[str, Draft] = field(default_factory=dict[str, Draft])

    @property
    def source(self) -> ModelProfile | None:
        """The draft's model."""
        return self.profiles.get(self.current)

    @property
    def current_title(self) -> str:
        """Title of the draft's model; its slug if the model is missing."""
        return self.source.title if self.source else self.current

    def preview(self, slug: str) -> Preview:
        """Return the draft as this model takes it, and what changes."""
        target = self.profiles[slug]
        if slug in self.left:
            return Preview(self.left[slug], (DraftChange(ChangeKind.GAINED, "It comes back as you left it there."),))
        if self.source:
            return preview(self.draft, self.source, target)
        words = f"Options start as {target.title} sets them."
        change = DraftChange(ChangeKind.CHANGED, words, f"The profile of {self.current} is missing.")
        carried = carry(replace(self.draft, options={}), target, target)
        return Preview(carried.draft, (change, *(DraftChange(ChangeKind.CHANGED, note) for note in carried.notes)))

    def draft_price_usd(self, slug: str) -> tuple[float, float] | None:
        """Return the lowest and highest price of one clip of the draft with this model, as its profile states it."""
        profile = self.profiles[slug]
        if not any(price.amount for price in profile.prices):
            return None
        return draft_price_usd(profile, self.preview(slug).draft)

    def most_usd(self, slug: str) -> float | None:
        """Return what one clip of the draft costs: the measured median, else the most that the profile states."""
        record = self.records.get(slug)
        if record and record.price_usd is not None:
            return record.price_usd
        stated = self.draft_price_usd(slug)
        return stated[1] if stated else None
