"""Texts about a task's price, the balance before and after sending, and a looked-up task id."""

from datetime import datetime

from sora_studio.domain.money import dollars, rounded
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import Task, TaskState
from sora_studio.viewmodels.quantities import time_of_day_text

_REMOTE = {
    TaskState.PENDING: "It is queued at the service",
    TaskState.PROCESSING: "It is being made",
    TaskState.SUCCESS: "It is done",
    TaskState.FAILED: "It failed",
}


def price_text(task: Task) -> str:
    """Return `about $0.50` or `price unknown`."""
    return "price unknown" if task.estimated_usd is None else f"about {dollars(task.estimated_usd)}"


def balance_text(task: Task) -> str:
    """Return `balance fell $0.50` or similar; empty while it is unknown."""
    fell_by = _fell_by(task)
    if fell_by is None:
        return ""
    if not fell_by:
        return "balance did not change"
    return f"balance fell {dollars(fell_by)}" if fell_by > 0 else f"balance rose {dollars(-fell_by)}"


def balance_sentence(task: Task) -> str:
    """Return a full sentence with the balance before and after, and a caveat if other tasks may have changed it."""
    before, after, fell_by = task.balance_before_usd, task.balance_after_usd, _fell_by(task)
    if fell_by is None:
        known = "" if before is None else f"The balance before was {dollars(before)}. "
        return f"{known}What it was {'after' if known else 'before and after'} is not known."
    words = balance_text(task).removeprefix("balance ")
    sentence = f"The balance was {dollars(before or 0.0)} before and {dollars(after or 0.0)} after: it {words}."
    alone = task.measured_usd is not None or not fell_by
    return sentence if alone else f"{sentence} Other things may have changed it too."


def found_sentence(status: RemoteStatus, now: datetime) -> str:
    """Return a sentence with the service's answer about a looked-up id."""
    parts = [_REMOTE.get(status.state, "The service knows it")]
    if status.unknown_state:
        parts = [f'The service calls its state "{status.unknown_state}"']
    if status.state is TaskState.SUCCESS:
        clips = len(status.result_urls)
        parts.append("without a clip yet" if not clips else "with 1 clip" if clips == 1 else f"with {clips} clips")
    if status.state is TaskState.FAILED and (words := status.fail_message or status.fail_code):
        parts.append(f"({words})")
    sentence = " ".join(parts)
    if status.created_at is not None:
        sentence += f"; it began at {time_of_day_text(status.created_at, now)}"
    return f"{sentence}. Attach it if it is this task."


def _fell_by(task: Task) -> float | None:
    if task.balance_before_usd is None or task.balance_after_usd is None:
        return None
    return rounded(task.balance_before_usd - task.balance_after_usd)
