"""What a card says, in every state."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import TransferProgressed
from sora_studio.domain.failures import KNOWN_CODES, explain
from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.task import Phase, Task, TaskSection
from sora_studio.viewmodels.quantities import clock_text, days_left_text, film_time_text, size_text, time_of_day_text
from sora_studio.viewmodels.tasks.task_actions import TaskAction, next_steps
from sora_studio.viewmodels.tasks.task_words import (
    Surroundings,
    Tone,
    facts_of,
    is_right_to_left,
    section_heading,
    spoken,
    stage_words,
    state_of,
)
from tests.doubles.task_studio import NOW, PROFILE, clip_in, task_in

AROUND = Surroundings(now=NOW, profile=PROFILE, usual_time=TimeEstimate(240, 180, 300))
OUT_AT = time_of_day_text(NOW - timedelta(seconds=130), NOW)


@pytest.mark.parametrize(
    ("phase", "line", "tone"),
    [
        (Phase.WAITING, "Waiting", Tone.PLAIN),
        (Phase.SENDING, "Sending", Tone.PLAIN),
        (Phase.UNKNOWN, f"May have been sent at {OUT_AT}", Tone.REVIEW),
        (Phase.PENDING, "Pending 2:10 · next check 0:07", Tone.PLAIN),
        (Phase.PROCESSING, "Processing 2:10 · next check 0:07", Tone.PLAIN),
        (Phase.DOWNLOADING, "Downloading", Tone.PLAIN),
        (Phase.UNSAVED, "Not saved yet · 13 days left", Tone.PLAIN),
        (Phase.READY, "Ready, not seen", Tone.READY),
        (Phase.EXPIRED, "Expired · the prompt and settings are kept", Tone.FAILED),
        (Phase.MISSING, "File missing · it was 1-0.mp4", Tone.FAILED),
        (
            Phase.FAILED,
            "The prompt or a file is against the content rules · CONTENT_VIOLATION · Blocked by policy 7",
            Tone.FAILED,
        ),
        (Phase.LOST, "The service no longer knows this task · next check 0:07", Tone.REVIEW),
        (Phase.CANCELLED, "Cancelled before it was sent", Tone.PLAIN),
    ],
)
def test_every_phase_says_what_it_is(phase: Phase, line: str, tone: Tone) -> None:
    state = state_of(task_in(phase), AROUND)
    assert (state.line, state.tone) == (line, tone)


def test_an_unclear_task_says_what_the_balance_did() -> None:
    unclear = task_in(Phase.UNKNOWN, balance_before_usd=74.87, balance_after_usd=74.37)
    assert state_of(unclear, AROUND).line == f"May have been sent at {OUT_AT}; balance fell $0.50"
    assert "balance did not change" in state_of(replace(unclear, balance_after_usd=74.87), AROUND).line


def test_the_table_of_states_above_is_complete() -> None:
    told = {state_of(task_in(phase), AROUND).line for phase in Phase}
    assert len(told) == len(Phase)


def test_facts_name_model_take_options_and_how_long_it_took() -> None:
    task = task_in(Phase.READY, take=2, takes=3)
    assert facts_of(task, PROFILE) == "Sora 2 · take 2 of 3 · 10 s landscape · 3:31"


def test_facts_tell_a_switch_only_when_it_is_not_the_default() -> None:
    task = task_in(Phase.WAITING)
    on_again = replace(task.request, options={**task.request.options, "remove_watermark": False})
    assert facts_of(task, PROFILE) == "Sora 2 · 10 s landscape"
    assert facts_of(replace(task, request=on_again), PROFILE) == "Sora 2 · 10 s landscape watermark kept"


def test_facts_tell_a_route_only_when_it_is_not_the_models_usual_one() -> None:
    task = task_in(Phase.WAITING)
    assert facts_of(replace(task, request=replace(task.request, route="value")), PROFILE) == "Sora 2 · 10 s landscape · value"


def test_facts_survive_a_profile_that_is_gone_in_the_words_of_the_wire() -> None:
    facts = facts_of(task_in(Phase.WAITING), None)
    assert facts == "sora-2 · duration: 10, aspect_ratio: landscape, remove_watermark: true · auto"


@pytest.mark.parametrize(
    ("elapsed_s", "fraction", "slow"),
    [(0, 0.0, False), (120, 0.5, False), (239, 239 / 240, False), (240, None, False), (300, None, False), (301, None, True)],
)
def test_the_bar_runs_to_the_usual_time_and_is_then_not_known(elapsed_s: int, fraction: float | None, slow: bool) -> None:
    task = task_in(Phase.PROCESSING, accepted_at=NOW - timedelta(seconds=elapsed_s))
    state = state_of(task, AROUND)
    assert state.busy
    assert state.fraction == fraction
    assert (state.words[:2] == ("Slower than usual, still checking", "nothing to do")) is slow
    assert any(clock_text(elapsed_s) in word for word in state.words)


def test_a_slow_task_in_trouble_tells_the_trouble() -> None:
    task = task_in(Phase.PROCESSING, accepted_at=NOW - timedelta(seconds=301), trouble="The service asks us to wait.")
    line = "Slower than usual, still checking · 5:01 · The service asks us to wait"
    assert state_of(task, AROUND).line == line


def test_without_a_usual_time_nothing_is_measured() -> None:
    state = state_of(task_in(Phase.PROCESSING), Surroundings(now=NOW))
    assert (state.busy, state.fraction) == (True, None)
    assert state.times_line == ""


@pytest.mark.parametrize(
    ("usual", "words"),
    [
        (TimeEstimate(220, 180, 350, measured=29), "usually 3:40 · nearly always under 5:50"),
        (TimeEstimate(220, 180, 349.2, measured=29), "usually 3:40 · nearly always under 5:50"),
        (TimeEstimate(220, 220, 220, measured=5), "usually 3:40"),
    ],
)
def test_a_running_task_says_what_like_tasks_took(usual: TimeEstimate, words: str) -> None:
    state = state_of(task_in(Phase.PROCESSING), replace(AROUND, usual_time=usual))
    assert state.times_line == words
    assert f". {words}." in spoken(task_in(Phase.PROCESSING), replace(AROUND, usual_time=usual))


@pytest.mark.parametrize(
    ("polls", "wait_s", "words"),
    [(0, 138, "first check 2:18"), (4, 6.2, "next check 0:07"), (4, 0, "checking now"), (4, -5, "checking now")],
)
def test_the_next_check_counts_down_and_never_below_nothing(polls: int, wait_s: float, words: str) -> None:
    task = task_in(Phase.PENDING, polls=polls, next_poll_at=NOW + timedelta(seconds=wait_s))
    assert words in state_of(task, AROUND).words


def test_a_passing_trouble_takes_the_place_of_the_next_check() -> None:
    words = state_of(task_in(Phase.PENDING, trouble="The service cannot be reached."), AROUND).words
    assert words[1] == "The service cannot be reached"
    assert not any("check" in word for word in words)


@pytest.mark.parametrize(
    ("position", "line"),
    [(1, "Waiting · next to start"), (1234, "Waiting · number 1,234 in line · starts when a place is free")],
)
def test_a_waiting_task_tells_its_place(position: int, line: str) -> None:
    assert state_of(task_in(Phase.WAITING), replace(AROUND, position=position)).line == line


@pytest.mark.parametrize("phase", Phase)
def test_an_unfinished_task_of_another_gateway_promises_nothing(phase: Phase) -> None:
    task = task_in(phase, gateway="https://other.example")
    here = replace(AROUND, gateway="https://api.example", position=1)
    line, stage = state_of(task, here).line, stage_words(task, here)
    if task.is_settled:
        assert line == state_of(task, AROUND).line
        return
    assert line.endswith("belongs to other.example")
    assert "It belongs to other.example and continues when you enter that address again in Settings." in stage
    assert not any(words in line for words in ("next to start", "check", "in line", "left"))


def test_a_transfer_tells_its_real_percentage() -> None:
    report = TransferProgressed(1, 10, received_bytes=14_900_000, total_bytes=24_000_000, bytes_per_s=9.8e6)
    state = state_of(task_in(Phase.DOWNLOADING), replace(AROUND, transfer=report))
    assert state.line == "Downloading 62 % of 24 MB · 9.8 MB/s"
    assert state.fraction == pytest.approx(14.9 / 24)


def test_a_transfer_of_unknown_size_tells_no_percentage() -> None:
    report = TransferProgressed(1, 10, received_bytes=3_200_000, total_bytes=None, bytes_per_s=0)
    state = state_of(task_in(Phase.DOWNLOADING), replace(AROUND, transfer=report))
    assert (state.line, state.fraction) == ("Downloading 3.2 MB", None)


def test_several_clips_are_counted() -> None:
    task = task_in(Phase.READY, seen_at=NOW, clips=tuple(clip_in(ClipState.SAVED, 1, index=index) for index in range(3)))
    half = replace(task, clips=(*task.clips[:2], clip_in(ClipState.EXPIRED, 1, index=2)))
    assert state_of(task, AROUND).line == "Ready · 3 clips"
    assert state_of(half, AROUND).line == "Expired · 2 of 3 clips are saved"


def test_what_keeps_a_clip_from_being_saved_is_said_for_review() -> None:
    task = task_in(Phase.UNSAVED, clips=(clip_in(ClipState.REMOTE, 1, trouble="The disk is full."),))
    state = state_of(task, AROUND)
    assert (state.line, state.tone) == ("Not saved yet · The disk is full · 13 days left", Tone.REVIEW)


@pytest.mark.parametrize("phase", Phase)
def test_a_row_reads_as_prompt_facts_and_state(phase: Phase) -> None:
    task = task_in(phase)
    read = spoken(task, AROUND)
    assert read.startswith("Slow dolly in along a wooden pier. Sora 2 · 10 s landscape")
    assert state_of(task, AROUND).words[0] in read
    assert ".." not in read


def test_a_failed_row_reads_what_to_do_next() -> None:
    assert "Reword what could be read as violent" in spoken(task_in(Phase.FAILED), AROUND)


def test_the_heading_counts_and_tells_the_usual_time() -> None:
    assert section_heading(TaskSection.RUNNING, 3, (220, 220)) == "Running · 3 · usually 3:40"
    assert section_heading(TaskSection.RUNNING, 3, (240, 300)) == "Running · 3 · usually 4:00–5:00"
    assert section_heading(TaskSection.REVIEW, 1_200, None) == "Needs review · 1,200"


@pytest.mark.parametrize(
    ("text", "rtl"), [("שקיעה", True), ("  «غروب", True), ("Sunset שקיעה", False), ("123", False), ("", False)]
)
def test_the_first_strong_character_sets_the_direction(text: str, rtl: bool) -> None:
    assert is_right_to_left(text) is rtl


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0.0 KB"),
        (950, "0.9 KB"),
        (9_940, "9.9 KB"),
        (9_960, "10 KB"),
        (999_600, "1.0 MB"),
        (24e6, "24 MB"),
        (2.5e12, "2.5 TB"),
    ],
)
def test_sizes_keep_two_or_three_figures(size_bytes: float, text: str) -> None:
    assert size_text(size_bytes) == text


@given(st.integers(0, 10**7))
def test_clock_text_reads_back(seconds: int) -> None:
    parts = [int(part) for part in clock_text(seconds).split(":")]
    assert sum(part * 60**place for place, part in enumerate(reversed(parts))) == seconds


@pytest.mark.parametrize(("ms", "text"), [(0, "0:00.00"), (4_119, "0:04.11"), (61_000, "1:01.00"), (-5, "0:00.00")])
def test_a_place_in_a_film_has_hundredths(ms: int, text: str) -> None:
    assert film_time_text(ms) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(324, "13 days left"), (48, "2 days left"), (47, "47 hours left"), (1.5, "1 hour left"), (0.5, "expires within the hour")],
)
def test_what_is_left_of_a_link(hours: float, text: str) -> None:
    assert days_left_text(NOW + timedelta(hours=hours), NOW) == text


def test_another_day_is_named() -> None:
    assert time_of_day_text(NOW - timedelta(days=2), NOW).split()[1] == "Nov"


def test_words_never_hold_more_than_the_first_line_of_a_prompt() -> None:
    task: Task = task_in(Phase.READY, prompt="\n\n  One   line \nand a second")
    assert spoken(task, AROUND).startswith("One line. ")


def test_what_is_no_film_is_called_what_it_is() -> None:
    picture = clip_in(ClipState.SAVED, 1, trouble="The service sent a PNG picture, not a film.")
    state = state_of(task_in(Phase.READY, clips=(picture,)), Surroundings(now=NOW))
    assert state.line == "Saved as it is · The service sent a PNG picture, not a film"
    assert state.tone is Tone.REVIEW


@pytest.mark.parametrize("code", [*sorted(KNOWN_CODES), "SOMETHING_NEW", "", None])
@pytest.mark.parametrize("said", ["Blocked by policy 7", None])
def test_every_failure_has_a_sentence_a_next_step_and_the_services_own_words(code: str | None, said: str | None) -> None:
    task = task_in(Phase.FAILED, fail_code=code, fail_message=said)
    around = Surroundings(now=NOW, profile=PROFILE)
    title, hint = stage_words(task, around)
    steps = next_steps(task, around)
    assert title
    assert explain(code, said).advice in hint
    assert explain(code, said).advice.rstrip(".") in spoken(task, around)
    assert {TaskAction.EDIT, TaskAction.AGAIN} <= {step.action for step in steps}
    for own in filter(None, (code, said)):
        assert own in hint
        assert own in state_of(task, around).line
        assert own in spoken(task, around)
