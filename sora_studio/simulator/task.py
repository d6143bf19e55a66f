"""A task of the simulated service. Its whole course is planned on acceptance, so its state depends only on the time."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from sora_studio.simulator.markers import fail_message
from sora_studio.simulator.model import ASSUMED_INPUT_S
from sora_studio.simulator.order import Order
from sora_studio.simulator.shapes import WIDE, scaled


class State(StrEnum):
    """States as the status answer spells them."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """Times are Unix seconds. A task that is made from media keeps running until they have been fetched.

    `picture` names the first picture and `shape` is its width and height, else the video's; `input_s` is the length of the
    video or sound that decides the clip's. `take` counts earlier equal orders.
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
    shape: tuple[int, int] | None = None
    input_s: float | None = None
    called_back: bool = False

    @property
    def waits_for_media(self) -> bool:
        """Whether what it is made from is still being fetched."""
        lacks_picture = bool(self.order.image_urls) and self.picture is None
        return self.fail_code is None and (lacks_picture or (self.order.timed_by is not None and self.input_s is None))

    @property
    def length_s(self) -> float:
        """The clip's length, as far as it is known."""
        if self.order.timed_by is None:
            return self.order.duration_s
        return self.order.duration_s + (ASSUMED_INPUT_S if self.input_s is None else self.input_s)

    def size(self, edge_px: int | None = None) -> tuple[int, int]:
        """Return the clip's width and height, or those of the same shape with another shorter edge."""
        order = self.order
        shape = self.shape if order.own_shape and self.shape else (order.width, order.height)
        if shape == (order.width, order.height) and edge_px is None:
            return shape
        return scaled(shape, edge_px or min(order.width, order.height))

    def state(self, now: float) -> State:
        """Return the state at that time."""
        if now < self.starts_at:
            return State.PENDING
        if now < self.ends_at or self.waits_for_media:
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
        if "portrait" in order:
            order = _converted(order)
        order |= {"image_urls": tuple(order["image_urls"]), "values": tuple((name, value) for name, value in order["values"])}
        if fields.get("shape") is not None:
            fields["shape"] = tuple(fields["shape"])
        return cls(order=Order(**order), **fields)


def _converted(order: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an order that an earlier simulator, which knew two shapes, left in the folder."""
    width, height = scaled((9, 16) if order.pop("portrait") else WIDE, order.pop("short_edge_px"))
    watermark = order["model"] if order["watermark"] else ""
    return order | {"width": width, "height": height, "watermark": watermark, "values": []}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
