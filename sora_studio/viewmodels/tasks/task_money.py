"""What is said about a task's money: the balance around its sending, its price, and what an id that was looked up is."""

from datetime import datetime

from sora_studio.domain.money import dollars, rounded
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import Task, TaskState
from sora_studio.viewmodels.quantities import time_of_day_text

_REMOTE = {
    TaskState.PENDING: "It waits with the service",
    TaskState.PROCESSING: "It is being made",
    TaskState.SUCCESS: "It is done",
    TaskState.FAILED: "It failed",
}


def price_text(task: Task) -> str:
    """`about $0.50`, or that nobody knows."""
    return "price unknown" if task.estimated_usd is None else f"about {dollars(task.estimated_usd)}"


def balance_text(task: Task) -> str:
    """`balance fell $0.50`, in few words; empty while it is not known."""
    fell_by = _fell_by(task)
    if fell_by is None:
        return ""
    if not fell_by:
        return "balance did not change"
    return f"balance fell {dollars(fell_by)}" if fell_by > 0 else f"balance rose {dollars(-fell_by)}"


def balance_sentence(task: Task) -> str:
    """The same with the figures behind it, and how much that proves."""
    before, after, fell_by = task.balance_before_usd, task.balance_after_usd, _fell_by(task)
    if fell_by is None:
        known = "" if before is None else f"The balance before was {dollars(before)}. "
        return f"{known}What it was {'after' if known else 'before and after'} is not known."
    words = balance_text(task).removeprefix("balance ")
    sentence = f"The balance was {dollars(before or 0.0)} before and {dollars(after or 0.0)} after: it {words}."
    alone = task.measured_usd is not None or not fell_by
    return sentence if alone else f"{sentence} Other things may have changed it too."


def found_sentence(status: RemoteStatus, now: datetime) -> str:
    """What the service says about an id that was looked up."""
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
    return f"{sentence}. Attach it if that is this one."


def _fell_by(task: Task) -> float | None:
    if task.balance_before_usd is None or task.balance_after_usd is None:
        return None
    return rounded(task.balance_before_usd - task.balance_after_usd)
