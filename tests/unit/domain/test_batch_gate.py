"""Several paid tasks are created together, after a question, or not at all; the sum is said as well as it is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.batch_gate import Gate, Means, judge_batch
from sora_studio.domain.models.estimate import PriceEstimate

EXACT = PriceEstimate(0.5, 0.5, 0.5)
SPAN = PriceEstimate(0.6, 0.5, 0.7, measured=29)
AT_FIVE = Means(ask_above_usd=5.0)


def test_one_task_is_no_batch() -> None:
    tight = Means(ask_above_usd=0.01, day_limit_usd=0.1, balance_usd=0.0)
    assert judge_batch([EXACT], tight).gate is Gate.ALLOWED
    assert judge_batch([None], tight).gate is Gate.ALLOWED


@pytest.mark.parametrize(("tasks", "gate"), [(2, Gate.ALLOWED), (10, Gate.ALLOWED), (11, Gate.CONFIRM)])
def test_a_cheap_batch_is_not_asked_about(tasks: int, gate: Gate) -> None:
    assert judge_batch([EXACT] * tasks, AT_FIVE).gate is gate


def test_a_batch_is_judged_by_what_it_may_cost() -> None:
    assert judge_batch([SPAN] * 8, AT_FIVE).gate is Gate.CONFIRM
    assert judge_batch([SPAN] * 7, AT_FIVE).gate is Gate.ALLOWED


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ([EXACT] * 12, "12 tasks for $6.00."),
        ([SPAN] * 10, "10 tasks for $5.00–7.00."),
        ([SPAN, None, EXACT, SPAN, None, EXACT], "6 tasks for $2.00–2.40, price unknown for 2 of 6."),
        ([None, None], "2 tasks at unknown prices."),
    ],
)
def test_the_sum_is_said_as_it_is_known(prices: list[PriceEstimate | None], words: str) -> None:
    judged = judge_batch(prices, AT_FIVE)
    assert (judged.gate, judged.summary) == (Gate.CONFIRM, words)


def test_more_than_the_balance_is_asked_about_with_the_balance() -> None:
    judged = judge_batch([EXACT] * 8, Means(ask_above_usd=5.0, balance_usd=3.1))
    assert (judged.gate, judged.reasons) == (Gate.CONFIRM, ("That is more than your balance of $3.10.",))
    perhaps = judge_batch([SPAN] * 2, Means(ask_above_usd=5.0, balance_usd=1.2))
    assert perhaps.reasons == ("That is perhaps more than your balance of $1.20.",)


def test_a_batch_that_certainly_passes_the_days_limit_is_blocked() -> None:
    judged = judge_batch([SPAN] * 4, Means(ask_above_usd=5.0, day_limit_usd=20.0, committed_usd=18.5))
    assert judged.gate is Gate.BLOCKED
    assert judged.reasons == ("Today's limit of $20.00 leaves $1.50, counting what waits.",)
    passed = judge_batch([EXACT] * 2, Means(ask_above_usd=5.0, day_limit_usd=1.0, committed_usd=3.0))
    assert passed.reasons == ("Today's limit of $1.00 leaves $0.00, counting what waits.",)


def test_a_batch_that_may_pass_the_days_limit_is_asked_about() -> None:
    judged = judge_batch([SPAN] * 2, Means(ask_above_usd=5.0, day_limit_usd=20.0, committed_usd=18.8))
    assert judged.gate is Gate.CONFIRM
    assert judged.reasons == ("That may pass today's limit of $20.00; the rest would wait until tomorrow.",)


def test_cents_that_add_up_exactly_to_the_limit_fit() -> None:
    dimes = [PriceEstimate(0.1, 0.1, 0.1)] * 3
    assert judge_batch(dimes, Means(ask_above_usd=5.0, day_limit_usd=0.3)).gate is Gate.ALLOWED


@pytest.mark.parametrize(
    ("places", "taken", "words"),
    [
        (20, 0, ()),
        (20, 8, ()),
        (10, 3, ("7 of them can run now; the others wait for a place.",)),
        (10, 12, ("All of them wait for a free place.",)),
    ],
)
def test_what_has_to_wait_is_said_where_it_is_asked_anyway(places: int, taken: int, words: tuple[str, ...]) -> None:
    assert judge_batch([EXACT] * 12, Means(ask_above_usd=5.0, places=places, taken=taken)).reasons == words
    assert judge_batch([EXACT] * 2, Means(ask_above_usd=5.0, places=1, taken=1)).gate is Gate.ALLOWED


amounts = st.floats(0, 100, allow_nan=False)


@st.composite
def estimates(draw: st.DrawFn) -> PriceEstimate | None:
    low, high = sorted((draw(amounts), draw(amounts)))
    return draw(st.sampled_from([None, PriceEstimate((low + high) / 2, low, high)]))


@given(st.lists(estimates(), min_size=2, max_size=20), amounts, amounts, st.none() | amounts)
def test_no_batch_is_allowed_that_may_pass_the_limit_or_cost_more_than_was_agreed(
    prices: list[PriceEstimate | None], limit: float, committed: float, balance: float | None
) -> None:
    means = Means(ask_above_usd=5.0, day_limit_usd=limit, committed_usd=committed, balance_usd=balance)
    most = sum(price.high_usd for price in prices if price)
    if judge_batch(prices, means).gate is Gate.ALLOWED:
        assert None not in prices
        assert most <= 5.0 + 1e-6
        assert committed + most <= limit + 1e-5
        assert balance is None or most <= balance + 1e-6
