"""The state of a filter session: decisions are pending, change on the way back, are undone, and are counted once."""

from sora_studio.domain.decision import Decision, Fate, JudgedClip
from sora_studio.domain.judgement import ClipRef, Verdict
from sora_studio.viewmodels.library import filter_words
from sora_studio.viewmodels.library.filter_session import FilterSession, still_open


def clip(task: int, verdict: Verdict | None = None, *, stars: int = 0, **facts: bool) -> JudgedClip:
    return JudgedClip(ClipRef(task, 0), stars, verdict, **facts)


def fates(session: FilterSession) -> dict[int, tuple[Fate | None, int | None]]:
    return {decision.clip.task: (decision.fate, decision.stars) for decision in session.decisions}


def test_decided_clips_and_those_without_a_film_are_left_out_and_can_be_included_at_the_end() -> None:
    session = FilterSession(
        [clip(1, Verdict.KEPT), clip(2), clip(3, plays=False), clip(4, is_trashed=True), clip(5), clip(6, Verdict.REJECTED)]
    )
    assert filter_words.begun_text(session) == "2 clips · 2 decided already are left out · 2 have no film"
    session.decide(Fate.KEEP)
    session.include_decided()
    assert session.place == 1
    shown = [session.clip_at(place) for place in range(session.total)]
    assert [one.ref.task for one in shown if one] == [2, 5, 1, 6]
    assert filter_words.left_out_text(session) == "2 have no film"
    assert filter_words.summary_text(session) == "1 kept · 1 not decided · 2 unchanged"


def test_keep_reject_and_trash_go_on_and_stars_stay_unless_asked_to_advance() -> None:
    session = FilterSession(map(clip, range(1, 6)))
    session.decide(Fate.KEEP)
    session.decide(Fate.REJECT)
    session.rate(4)
    assert session.place == 2
    session.decide(Fate.TRASH)
    session.rate(5, advances=True)
    session.forward()
    assert session.current is None
    assert fates(session) == {1: (Fate.KEEP, None), 2: (Fate.REJECT, None), 3: (Fate.TRASH, 4), 4: (None, 5)}
    words = "1 kept · 1 rejected · 1 moved to the trash · 1 rated · 2 not decided"
    assert filter_words.summary_text(session) == words
    session.decide(Fate.KEEP)
    session.forward()
    assert session.place == 5
    assert len(session.decisions) == 4


def test_on_the_way_back_a_decision_is_shown_and_changed() -> None:
    session = FilterSession(map(clip, (1, 2)))
    session.decide(Fate.KEEP)
    session.back()
    session.back()
    first = session.current
    assert first is not None
    assert filter_words.mark_of(first, session.pending(first)).words == "Keep"
    assert filter_words.spoken_clip(session, 10.0) == "Clip 1 of 2, 10 seconds, keep"
    session.decide(Fate.CLEAR)
    assert session.place == 0
    assert session.decisions == ()
    assert filter_words.spoken_clip(session, 1.0) == "Clip 1 of 2, 1 second, undecided"


def test_what_would_change_nothing_is_no_decision() -> None:
    session = FilterSession([clip(1, stars=3), clip(2, Verdict.KEPT)])
    session.rate(3)
    session.include_decided()
    session.forward()
    session.decide(Fate.KEEP)
    assert session.decisions == ()
    session.back()
    session.decide(Fate.CLEAR)
    assert fates(session) == {2: (Fate.CLEAR, None)}
    assert filter_words.summary_text(session) == "1 undecided again · 1 not decided"


def test_undo_takes_the_last_decision_back_and_leads_to_its_clip() -> None:
    session = FilterSession(map(clip, (1, 2, 3)))
    session.decide(Fate.KEEP)
    session.rate(2)
    session.decide(Fate.REJECT)
    session.forward()
    assert session.undo()
    assert (session.place, fates(session)) == (1, {1: (Fate.KEEP, None), 2: (None, 2)})
    assert session.undo()
    assert session.undo()
    assert (session.place, session.decisions) == (0, ())
    assert not session.undo()


def test_an_interrupted_session_goes_on_after_what_was_decided() -> None:
    pending = [
        Decision(ClipRef(2, 0), Fate.KEEP, 4),
        Decision(ClipRef(9, 0), Fate.REJECT),
        Decision(ClipRef(5, 0), Fate.KEEP),  # committed before the kill
        Decision(ClipRef(6, 0), Fate.TRASH),  # likewise
        Decision(ClipRef(7, 0), Fate.KEEP),  # purged meanwhile
    ]
    known = [clip(2), clip(9), clip(5, Verdict.KEPT), clip(6, is_trashed=True)]
    earlier = still_open(pending, known)
    assert [decision for _, decision in earlier] == pending[:2]
    session = FilterSession([clip(1), clip(2), clip(3)], earlier=earlier)
    assert session.total == 4
    assert session.current == clip(1)
    session.back()
    assert session.current == clip(9)
    session.decide(Fate.KEEP)
    session.decide(Fate.KEEP)
    assert fates(session) == {2: (Fate.KEEP, 4), 9: (Fate.KEEP, None), 1: (Fate.KEEP, None)}
