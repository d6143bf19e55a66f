"""Drafts between every pair of models, and damaged profiles: what was lost or refused, and whether the reader kept its word."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from sora_studio.domain.models.carry import carry
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import Mode, ModelProfile
from tests.benchmarks.figures import Figure, median, percentile
from tests.doubles.models import (
    DAMAGES,
    KEPT_PROMISES,
    addresses,
    any_draft,
    avoidable,
    damaged,
    outcome,
    shipped_models,
    shipped_texts,
)

DRAFTS = 5
"""Drafts of each mode for each other model."""
DAMAGED = 5_000
LONGEST_S = 1.0
SEED = 1


@dataclass
class Tally:
    """What became of the drafts. Each goes to the other model and back."""

    pairs: int = 0
    drafts: int = 0
    media: int = 0
    set_aside: int = 0
    notes: int = 0
    lost_texts: int = 0
    lost_media: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    """Sentences of refusals that carrying could have avoided."""
    times_ms: list[float] = field(default_factory=list[float])

    def move(self, draft: Draft, source: ModelProfile, target: ModelProfile) -> None:
        """Carry a draft there and back."""
        self.drafts += 1
        self.media += addresses(draft.media).total()
        began = time.perf_counter()
        there = carry(draft, source, target)
        self.times_ms.append((time.perf_counter() - began) * 1000)
        self.notes += len(there.notes)
        self.set_aside += addresses(there.draft.set_aside).total()
        self._compare(draft, there.draft, target)
        self._compare(draft, carry(there.draft, target, source).draft, source)

    def _compare(self, before: Draft, after: Draft, profile: ModelProfile) -> None:
        self.lost_texts += after.prompt != before.prompt
        self.lost_media += (addresses(before.media) - addresses(after.media, after.set_aside)).total()
        self.lost_media += (addresses(after.media, after.set_aside) - addresses(before.media)).total()
        self.refused.update(avoidable(after, profile))


def main() -> None:
    """Print the figures."""
    tell_drafts(random.Random(SEED))
    tell_profiles(random.Random(SEED))


def tell_drafts(rng: random.Random) -> None:
    """Carry drafts of every mode of every model to every other model, and back."""
    tally, models = Tally(), tuple(shipped_models().values())
    for source in models:
        for target in models:
            if source is target:
                continue
            tally.pairs += 1
            for mode in source.modes:
                _move_drafts(tally, source, mode, target, rng)
    drafts = f"{tally.drafts:,} drafts of {tally.pairs} pairs, {tally.media:,} media, {tally.set_aside:,} set aside"
    Figure("models, drafts carried there and back", f"{drafts}, {tally.notes:,} notes").tell()
    lost = f"{tally.lost_texts} texts, {tally.lost_media} media"
    Figure("models, lost or changed by carrying", lost, "0", met=not tally.lost_texts and not tally.lost_media).tell()
    refused = tally.refused.total()
    Figure("models, refusals that carrying could have avoided", str(refused), "0", met=not refused).tell()
    Figure(
        "models, one draft carried", f"median {median(tally.times_ms):.2f}, p99 {percentile(tally.times_ms, 99):.2f} ms"
    ).tell()
    for sentence, count in tally.refused.most_common(10):
        print(f"{count} × {sentence}")


def _move_drafts(tally: Tally, source: ModelProfile, mode: Mode, target: ModelProfile, rng: random.Random) -> None:
    for _ in range(DRAFTS):
        tally.move(any_draft(source, mode, rng), source, target)


def tell_profiles(rng: random.Random) -> None:
    """Read damaged profiles."""
    texts, told, times_ms = tuple(shipped_texts().values()), Counter[str](), list[float]()
    for number in range(DAMAGED):
        text = damaged(texts[number % len(texts)], rng)
        began = time.perf_counter()
        told[outcome(text)] += 1
        times_ms.append((time.perf_counter() - began) * 1000)
    counted = ", ".join(f"{count:,} {word}" for word, count in told.most_common())
    kept = told.keys() <= KEPT_PROMISES
    Figure(f"{DAMAGED:,} damaged profiles, {len(DAMAGES)} ways", counted, "read or refused", met=kept).tell()
    slowest = max(times_ms)
    took = f"median {median(times_ms):.1f}, p99 {percentile(times_ms, 99):.1f}, longest {slowest:.0f} ms"
    Figure("a damaged profile's cost", took, f"under {LONGEST_S:g} s", met=slowest < LONGEST_S * 1000).tell()


if __name__ == "__main__":
    main()
