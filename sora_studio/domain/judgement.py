"""What a person decided about a clip."""

from enum import StrEnum

MOST_STARS = 5


class Verdict(StrEnum):
    """Kept or rejected; a clip without one is not decided yet."""

    KEPT = "kept"
    REJECTED = "rejected"
