"""The relay's limits for everyone: sizes, counts and times, in one place."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """`answer_s`, and the time of its size at `slowest_bytes_per_s`, is what a stranger has to fetch a file.

    `head_s` also bounds the wait between two requests. `place_s` is how long a request waits for a slot when all of its
    address's are taken. `stall_s` is how long an upload may pause. `spare_bytes` stay free on the disk.
    """

    connections: int = 512
    per_address: int = 16
    place_s: float = 0.25
    head_s: float = 10
    answer_s: float = 120
    slowest_bytes_per_s: int = 100_000
    heartbeat_s: float = 10
    callback_bytes: int = 64 * 1024
    callback_s: float = 10
    callbacks: int = 100_000
    callbacks_per_secret: int = 16
    callbacks_kept: timedelta = timedelta(days=7)
    picture_bytes: int = 16_000_000
    film_bytes: int = 600_000_000
    stall_s: float = 60
    files: int = 500
    files_bytes: int = 4_000_000_000
    spare_bytes: int = 100_000_000
    lifetime_s: int = 7 * _DAY_S


class Refused(Exception):
    """A request to answer with this status and an empty body."""

    def __init__(self, status: HTTPStatus, headers: dict[str, str] | None = None) -> None:
        self.status, self.headers = status, headers
        super().__init__(status.phrase)
