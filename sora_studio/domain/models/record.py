"""What the user's own tasks tell about a model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Counts of a model's tasks, and what was measured with them. None: too few tasks to tell.

    `usual_s` is the median time to a result and the time that 95 % stay below, in seconds. `price_usd` is the median price of
    one clip, `price_range_usd` the lowest and highest, `measured` the number of tasks whose price is known for certain.
    """

    tasks: int
    ready: int
    refused: int
    usual_s: tuple[float, float] | None = None
    price_usd: float | None = None
    price_range_usd: tuple[float, float] | None = None
    measured: int = 0
