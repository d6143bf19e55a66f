"""What a filter session decides: the fate and stars of single clips, pending until all are committed in one step."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.judgement import ClipRef, Judgement, Verdict


class Fate(StrEnum):
    """What is to become of a clip."""

    KEEP = "keep"
    REJECT = "reject"
    CLEAR = "clear"
    """Not decided again, for a clip that was kept or rejected before."""
    TRASH = "trash"


_JUDGEMENTS = {
    Fate.KEEP: Judgement(verdict=Verdict.KEPT),
    Fate.REJECT: Judgement(verdict=Verdict.REJECTED),
    Fate.CLEAR: Judgement(clears_verdict=True),
    Fate.TRASH: Judgement(),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A pending change to one clip; what is None stays as it is."""

    clip: ClipRef
    fate: Fate | None = None
    stars: int | None = None

    @property
    def judgement(self) -> Judgement:
        """The judgement without the trash."""
        base = _JUDGEMENTS[self.fate] if self.fate is not None else Judgement()
        return Judgement(stars=self.stars, verdict=base.verdict, clears_verdict=base.clears_verdict)


@dataclass(frozen=True, slots=True)
class JudgedClip:
    """A clip and what was decided about it so far. `plays`: its file is saved and is a film."""

    ref: ClipRef
    stars: int = 0
    verdict: Verdict | None = None
    plays: bool = True
    is_trashed: bool = False

    def has(self, decision: Decision) -> bool:
        """Return whether the clip is already as the decision wants it."""
        if decision.stars not in (None, self.stars):
            return False
        match decision.fate:
            case None:
                return True
            case Fate.TRASH:
                return self.is_trashed
            case fate:
                return self.verdict is _JUDGEMENTS[fate].verdict


def decided_words(decisions: Iterable[Decision]) -> str:
    """Return what decisions do, as `31 kept · 9 rejected · 2 moved to the trash`."""
    decisions = list(decisions)
    fates = Counter(decision.fate for decision in decisions)
    rated = sum(decision.stars is not None and decision.fate is None for decision in decisions)
    counts = (
        (fates[Fate.KEEP], "kept"),
        (fates[Fate.REJECT], "rejected"),
        (fates[Fate.TRASH], "moved to the trash"),
        (fates[Fate.CLEAR], "undecided again"),
        (rated, "rated"),
    )
    return " · ".join(f"{count:,} {words}" for count, words in counts if count)
