"""The state of a filter session: one clip after the other, with decisions that are pending until the end. No Qt."""

from collections.abc import Iterable, Sequence

from sora_studio.domain.decision import Decision, Fate, JudgedClip

_MOVES_ON = frozenset({Fate.KEEP, Fate.REJECT, Fate.TRASH})


class FilterSession:
    """Goes through the clips that play and are not decided yet; those decided before can be added at the end.

    A decision that would change nothing is none. `place` counts from 0 and is the number of clips once all have been passed.
    """

    def __init__(self, clips: Iterable[JudgedClip], *, earlier: Sequence[tuple[JudgedClip, Decision]] = ()) -> None:
        """`earlier` are the decisions of a session that was not ended, as `still_open` returns them; they come first."""
        self._pending = {clip.ref: (clip, decision) for clip, decision in earlier}
        self._undone = list[tuple[int, JudgedClip, Decision | None]]()
        clips = [clip for clip in clips if clip.ref not in self._pending]
        shown = [clip for clip in clips if clip.plays and not clip.is_trashed]
        self._clips = [clip for clip, _ in earlier] + [clip for clip in shown if clip.verdict is None]
        self._decided = [clip for clip in shown if clip.verdict is not None]
        self._open = sum(clip.verdict is None for clip in self._clips)
        self.absent = len(clips) - len(shown)
        """How many clips are left out because there is no film to show."""
        self.place = min(len(earlier), max(0, len(self._clips) - 1))

    @property
    def total(self) -> int:
        """How many clips the session has."""
        return len(self._clips)

    @property
    def left_out(self) -> int:
        """How many clips are left out because they were decided before."""
        return len(self._decided)

    @property
    def current(self) -> JudgedClip | None:
        """The clip to look at; None at the end."""
        return self.clip_at(self.place)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is pending, oldest first."""
        return tuple(decision for _, decision in self._pending.values())

    @property
    def undecided(self) -> int:
        """How many clips have neither a decision of this session nor an earlier one."""
        return self._open - sum(clip.verdict is None for clip in self._with_fate())

    @property
    def unchanged(self) -> int:
        """How many clips keep their earlier verdict."""
        return len(self._clips) - self._open - sum(clip.verdict is not None for clip in self._with_fate())

    def clip_at(self, place: int) -> JudgedClip | None:
        """Return the clip at a place, if there is one."""
        return self._clips[place] if 0 <= place < len(self._clips) else None

    def pending(self, clip: JudgedClip) -> Decision | None:
        """Return what was decided about a clip in this session."""
        found = self._pending.get(clip.ref)
        return found[1] if found else None

    def stars(self, clip: JudgedClip) -> int:
        """Return the stars that a clip has, or will have."""
        decision = self.pending(clip)
        return clip.stars if decision is None or decision.stars is None else decision.stars

    def include_decided(self) -> None:
        """Add the clips that were decided before at the end."""
        self._clips += self._decided
        self._decided = []

    def decide(self, fate: Fate, *, advances: bool = False) -> None:
        """Decide about the current clip, and go on to the next; clearing stays, unless it `advances`."""
        if (clip := self.current) is None:
            return
        former = self.pending(clip)
        self._put(clip, Decision(clip.ref, fate, former.stars if former else None))
        if advances or fate in _MOVES_ON:
            self.forward()

    def rate(self, stars: int, *, advances: bool = False) -> None:
        """Give the current clip stars."""
        if (clip := self.current) is None:
            return
        former = self.pending(clip)
        self._put(clip, Decision(clip.ref, former.fate if former else None, stars))
        if advances:
            self.forward()

    def forward(self) -> None:
        """Go on to the next clip, or to the end."""
        self.place = min(self.place + 1, len(self._clips))

    def back(self) -> None:
        """Go back to the previous clip."""
        self.place = max(self.place - 1, 0)

    def undo(self) -> bool:
        """Take the last decision of this session back and show its clip; return whether there was one."""
        if not self._undone:
            return False
        self.place, clip, former = self._undone.pop()
        self._pending.pop(clip.ref, None)
        if former is not None:
            self._pending[clip.ref] = (clip, former)
        return True

    def _put(self, clip: JudgedClip, wanted: Decision) -> None:
        fate = None if clip.has(Decision(clip.ref, wanted.fate)) else wanted.fate
        stars = None if wanted.stars == clip.stars else wanted.stars
        former = self.pending(clip)
        self._pending.pop(clip.ref, None)
        if fate is not None or stars is not None:
            self._pending[clip.ref] = (clip, Decision(clip.ref, fate, stars))
        if former != self.pending(clip):
            self._undone.append((self.place, clip, former))

    def _with_fate(self) -> list[JudgedClip]:
        return [clip for clip, decision in self._pending.values() if decision.fate is not None]


def still_open(decisions: Iterable[Decision], clips: Iterable[JudgedClip]) -> list[tuple[JudgedClip, Decision]]:
    """Return the decisions that would still change something, with their clips: not those committed or purged meanwhile."""
    known = {clip.ref: clip for clip in clips}
    found = [(known[decision.clip], decision) for decision in decisions if decision.clip in known]
    return [(clip, decision) for clip, decision in found if not clip.has(decision)]
