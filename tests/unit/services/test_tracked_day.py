"""A day of many tasks passes in seconds, within the service's limits, and starves nobody."""

import pytest

from tests.benchmarks.tracked_day import PER_MINUTE, crowded, follow
from tests.unit.services.rig import run, sora_2


def test_hours_are_asked_for_as_planned() -> None:
    seen = run(follow(5, 8, sora_2()))
    assert (seen.early, seen.longest_gap) == (0, pytest.approx(1.0))
    assert seen.jain > 0.9999
    assert seen.questions < 5 * 150


def test_more_than_the_service_takes_is_shared_fairly_and_within_its_limit() -> None:
    seen = run(follow(1000, 0.075, crowded()))
    assert seen.most_in_a_minute <= PER_MINUTE
    assert seen.most_in_a_minute > 0.9 * PER_MINUTE
    assert seen.early == 0
    assert seen.longest_gap <= 2
    assert seen.jain > 0.95
