"""The order of waiting tasks: by rank, then by id. A task that was never moved has its id as its rank."""

import math
from collections.abc import Collection, Sequence
from itertools import pairwise

FRONT = 0
"""As the task to move before: no task has this id, so it means the first place."""


def ranks_after_move(order: Sequence[tuple[int, float]], moved: Collection[int], before: int | None) -> dict[int, float]:
    """Return the new ranks when `moved`, in their present order, go before another task. Pure.

    `order` has the ids and ranks of all waiting tasks, the next one first. `before` None is the last place; one that does not
    wait, such as `FRONT` or a task that has been sent meanwhile, is the first. Usually only the moved tasks get new ranks; all
    do where two neighbours are too close to fit them in.
    """
    going = [task for task, _ in order if task in moved]
    staying = [(task, rank) for task, rank in order if task not in moved]
    if not going:
        return {}
    place = len(staying) if before is None else next((at for at, (task, _) in enumerate(staying) if task == before), 0)
    low = staying[place - 1][1] if place else None
    high = staying[place][1] if place < len(staying) else None
    if low is None and high is None:
        return {}
    # New tasks get their id as rank: whatever is moved to the end stays below the next whole number.
    begin = low if low is not None else (high or 0.0) - 1.0
    end = high if high is not None else math.floor(begin) + 1.0
    step = (end - begin) / (len(going) + 1)
    ranks = [begin + (at + 1) * step for at in range(len(going))]
    if all(one < other for one, other in pairwise([begin, *ranks, end])):
        return dict(zip(going, ranks, strict=True))
    arranged = [*(task for task, _ in staying[:place]), *going, *(task for task, _ in staying[place:])]
    # The lowest ids that wait: each place gets a rank that is at most the id of the task that had it, so new tasks come last.
    ids = sorted(arranged)
    return dict(zip(arranged, map(float, ids), strict=True))
