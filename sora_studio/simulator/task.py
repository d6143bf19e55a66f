"""A task of the simulated service. Its whole course is planned on acceptance, so its state depends only on the time."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from sora_studio.simulator.markers import fail_message
from sora_studio.simulator.order import Order


class State(StrEnum):
    """States as the status answer spells them."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """Times are Unix seconds. `picture` names the fetched picture; a task that needs one keeps running until then.

    `take` counts earlier equal orders.
    """

    id: str
    order: Order
    address: str
    accepted_at: float
    starts_at: float
    ends_at: float
    price_usd: float
    clips: int = 1
    take: int = 0
    fail_code: str | None = None
    picture: str | None = None
    called_back: bool = False

    @property
    def waits_for_picture(self) -> bool:
        """Whether its picture is still being fetched."""
        return bool(self.order.image_urls) and self.picture is None and self.fail_code is None

    def state(self, now: float) -> State:
        """Return the state at that time."""
        if now < self.starts_at:
            return State.PENDING
        if now < self.ends_at or self.waits_for_picture:
            return State.PROCESSING
        return State.FAILED if self.fail_code else State.SUCCESS

    def is_over(self, now: float) -> bool:
        """Return whether it has succeeded or failed."""
        return self.state(now) in (State.SUCCESS, State.FAILED)

    def failing(self, code: str, now: float) -> Self:
        """Return the same task, failing as soon as it has started."""
        return replace(self, fail_code=code, ends_at=min(self.ends_at, max(self.starts_at, now)))

    def report(self, now: float, result_urls: list[str]) -> dict[str, object]:
        """Return `data` of a status answer."""
        state = self.state(now)
        report: dict[str, object] = {"taskId": self.id, "state": state.value, "createTime": _ms(self.accepted_at)}
        if state is State.SUCCESS:
            report["resultJson"] = json.dumps({"resultUrls": result_urls})
        if state is State.FAILED and self.fail_code is not None:
            report |= {"failCode": self.fail_code, "failMsg": fail_message(self.fail_code)}
        if self.is_over(now):
            report |= {"completeTime": _ms(self.ends_at), "costTime": _ms(self.ends_at) - _ms(self.accepted_at)}
        return report

    def to_text(self) -> str:
        """Return the task as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the JSON of `to_text`; raises ValueError, TypeError or KeyError for anything else."""
        fields: dict[str, Any] = json.loads(text)
        order: dict[str, Any] = fields.pop("order")
        urls: list[str] = order.pop("image_urls")
        return cls(order=Order(image_urls=tuple(urls), **order), **fields)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
