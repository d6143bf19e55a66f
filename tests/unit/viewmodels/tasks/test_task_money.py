"""Money in words: never more than is known."""

from datetime import timedelta

import pytest

from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import Phase, TaskState
from sora_studio.viewmodels.quantities import time_of_day_text
from sora_studio.viewmodels.tasks.task_money import balance_sentence, balance_text, found_sentence, price_text
from tests.doubles.task_studio import NOW, task_in


@pytest.mark.parametrize(
    ("before", "after", "measured", "short", "sentence"),
    [
        (None, None, None, "", "What it was before and after is not known."),
        (10.0, None, None, "", "The balance before was $10.00. What it was after is not known."),
        (None, 9.5, None, "", "What it was before and after is not known."),
        (10.0, 9.5, 0.5, "balance fell $0.50", "The balance was $10.00 before and $9.50 after: it fell $0.50."),
        (
            10.0,
            8.5,
            None,
            "balance fell $1.50",
            "The balance was $10.00 before and $8.50 after: it fell $1.50. Other things may have changed it too.",
        ),
        (10.0, 10.0, None, "balance did not change", "The balance was $10.00 before and $10.00 after: it did not change."),
        (
            0.0,
            25.0,
            None,
            "balance rose $25.00",
            "The balance was $0.00 before and $25.00 after: it rose $25.00. Other things may have changed it too.",
        ),
        (74.87, 74.37, 0.5, "balance fell $0.50", "The balance was $74.87 before and $74.37 after: it fell $0.50."),
    ],
)
def test_the_balance_says_what_it_did_and_how_much_that_proves(
    before: float | None, after: float | None, measured: float | None, short: str, sentence: str
) -> None:
    task = task_in(Phase.UNKNOWN, balance_before_usd=before, balance_after_usd=after, measured_usd=measured)
    assert (balance_text(task), balance_sentence(task)) == (short, sentence)


def test_a_price_is_named_or_said_to_be_unknown() -> None:
    assert price_text(task_in(Phase.UNKNOWN)) == "price unknown"
    assert price_text(task_in(Phase.UNKNOWN, estimated_usd=0.5)) == "about $0.50"


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        (RemoteStatus(TaskState.PENDING), "It is queued at the service."),
        (RemoteStatus(TaskState.PROCESSING), "It is being made."),
        (RemoteStatus(TaskState.PROCESSING, unknown_state="moderating"), 'The service calls its state "moderating".'),
        (RemoteStatus(TaskState.SUCCESS), "It is done without a clip yet."),
        (RemoteStatus(TaskState.SUCCESS, result_urls=("https://a", "https://b")), "It is done with 2 clips."),
        (RemoteStatus(TaskState.FAILED, fail_code="NSFW_DETECTED"), "It failed (NSFW_DETECTED)."),
    ],
)
def test_an_id_that_was_looked_up_is_described_before_it_is_attached(status: RemoteStatus, begins: str) -> None:
    assert found_sentence(status, NOW) == f"{begins} Attach it if it is this task."


def test_when_the_service_began_it_helps_to_recognise_it() -> None:
    began = NOW - timedelta(minutes=8)
    words = found_sentence(RemoteStatus(TaskState.PROCESSING, created_at=began), NOW)
    assert f"it began at {time_of_day_text(began, NOW)}" in words
