"""What past tasks tell, counted and kept within bounds, whatever order the changes come in."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sora_studio.domain.models.estimate import likeness_of
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.ports import PastTasks, TaskHistory
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.task import TRANSITIONS, Task, TaskState
from sora_studio.services.models import task_memory
from sora_studio.services.models.task_memory import KEPT, TaskMemory
from tests.unit.services.rig import GATEWAY, request, sora_2

AT = datetime(2026, 11, 22, tzinfo=UTC)
PROFILE = sora_2()
KIND = likeness_of(as_draft(request(), PROFILE), PROFILE)


def done(number: int, *, usd: float | None = 0.5, took_s: float = 100.0, made: GenerationRequest | None = None) -> Task:
    """A successful task."""
    ended = AT + timedelta(seconds=took_s)
    return Task(number, TaskState.SUCCESS, made or request(), GATEWAY, AT, accepted_at=AT, completed_at=ended, measured_usd=usd)


def test_the_newest_are_kept_and_a_changed_task_counts_once() -> None:
    memory = TaskMemory()
    for number in range(1, KEPT + 101):
        assert memory.task_changed(done(number, usd=number / 100), PROFILE)
    price = memory.price(KIND)
    assert price is not None
    assert (price.low_usd, price.high_usd, price.measured) == (1.01, 3.0, KEPT)
    for _ in range(3):
        assert not memory.task_changed(replace(done(300, usd=3.0), seen_at=AT), PROFILE)
    assert not memory.task_changed(done(1, usd=0.01), PROFILE), "looked at again, it is no newer"
    assert memory.price(KIND) == price
    assert memory.task_changed(done(300, usd=9.0), PROFILE)
    assert memory.price(KIND) == replace(price, high_usd=9.0)


def test_other_tasks_and_impossible_values_teach_nothing() -> None:
    memory = TaskMemory()
    assert not memory.task_changed(done(1), None)
    assert not memory.task_changed(replace(done(2), state=TaskState.FAILED), PROFILE)
    assert not memory.task_changed(done(3, usd=0.0, took_s=-5), PROFILE)
    assert (memory.price(KIND), memory.time(KIND)) == (None, None)
    assert memory.records() == {"sora-2": ModelRecord(3, 2, 1)}


def test_a_model_is_told_over_all_kinds_of_its_tasks() -> None:
    memory = TaskMemory()
    for number in range(1, 7):
        short = replace(request(), options={"duration": 10 if number % 2 else 15})
        memory.task_changed(done(number, usd=0.1 * number, took_s=100.0 * number, made=short), PROFILE)
    assert memory.records() == {"sora-2": ModelRecord(6, 6, 0, (350.0, 600.0), 0.35, (0.1, pytest.approx(0.6)), 6)}
    price = memory.price(KIND)
    assert price is not None
    assert (price.usd, price.measured) == (0.3, 3)
    assert memory.time(KIND) is None, "three times are too few"


def test_kinds_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_memory, "MOST_KINDS", 10)
    memory = TaskMemory()
    kinds = [replace(request(), route=f"route {number}") for number in range(50)]
    for number, made in enumerate(kinds, 1):
        memory.task_changed(done(number, made=made), PROFILE)
    known = [made for made in kinds if memory.price(likeness_of(as_draft(made, PROFILE), PROFILE))]
    assert known == kinds[-9:], "one place is the model's"


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_right_after_any_changes_in_any_order(seed: int) -> None:
    rng, memory = random.Random(seed), TaskMemory()
    rows = {number: _row(number, rng) for number in range(1, rng.randint(2, 30))}
    counts = Counter((row.request.model, row.state) for row in rows.values())
    unfinished = frozenset(number for number, row in rows.items() if not row.state.is_over)
    for _ in memory.take(TaskHistory(counts, max(rows), unfinished, []), {}):
        pass
    for _ in range(60):
        fresh = [_row(len(rows) + 1 + n, rng) for n in range(rng.randint(0, 2))]
        rows |= {row.id: row for row in fresh}
        for number, row in rows.items():
            if rng.random() < 0.3 and (following := sorted(TRANSITIONS[row.state])):
                rows[number] = replace(row, state=rng.choice(following))
        changed = list(rows.values())
        rng.shuffle(changed)
        for row in changed:
            memory.task_changed(row, None)
    expected = dict[str, ModelRecord]()
    for model in {row.request.model for row in rows.values()}:
        states = [row.state for row in rows.values() if row.request.model == model]
        expected[model] = ModelRecord(len(states), states.count(TaskState.SUCCESS), states.count(TaskState.FAILED))
    assert memory.records() == expected


def _row(number: int, rng: random.Random) -> Task:
    return Task(number, rng.choice(list(TaskState)), request(model=rng.choice(["a", "b"])), GATEWAY, AT)


def test_reading_gives_others_a_turn() -> None:
    many = [PastTasks(replace(request(), route=str(n)), dict.fromkeys(range(1, 500), 1.0), {}) for n in range(4)]
    turns = sum(1 for _ in TaskMemory().take(TaskHistory({}, 500, frozenset(), many), {"sora-2": PROFILE}))
    assert turns == 4
