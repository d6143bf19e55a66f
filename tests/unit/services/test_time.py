"""Whatever happens to the machine and its clocks, no question is early, none is late, none is forgotten."""

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.services.rig import run
from tests.unit.services.time_story import DAY_S, Event, Life

events = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 200)),
    st.tuples(st.just("suspend"), st.sampled_from([5, 60, 3600, DAY_S])),
    st.tuples(st.just("off"), st.sampled_from([0, 1, 30, 3600])),
    st.tuples(st.just("jump"), st.sampled_from([-DAY_S, -3600, -30, 30, 3600, DAY_S])),
    st.tuples(st.just("offline"), st.integers(1, 200)),
    st.tuples(st.just("throttle"), st.integers(1, 3)),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, max_size=10))
@example([("advance", 190), ("jump", -DAY_S), ("off", 0), ("jump", DAY_S), ("suspend", DAY_S)])
@example([("jump", DAY_S), ("advance", 100), ("off", 30)])
def test_no_question_is_early_or_late_or_forgotten(tmp_path: Path, what_happens: list[Event]) -> None:
    life = Life(tmp_path)
    run(life.live(what_happens))
    assert life.breaches == []
