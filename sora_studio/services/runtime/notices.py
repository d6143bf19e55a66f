"""What concerns more than one task is said once per cause, and taken back when the cause is gone."""

from sora_studio.domain.events import EventBus, NoticeAction, NoticeCleared, NoticeLevel, NoticeRaised

OFFLINE = "offline"
KEY = "key"
CREDIT = "credit"
STORAGE = "storage"
OUTPUT = "output"
EXPIRY = "expiry"
ROOM = "room"
FAULT = "fault"
ADDRESS = "address"
DATABASE = "database"
PROXY = "proxy"
SOFT_LIMIT = "soft-limit"
HARD_LIMIT = "hard-limit"
RELAY = "relay"
PICTURES = "pictures"


class Notices:
    """The notices that hold now. Raising the same one again, or clearing one that is not there, tells nobody."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self._current: dict[str, NoticeRaised] = {}

    @property
    def current(self) -> tuple[NoticeRaised, ...]:
        """What holds now, oldest first: for a window that begins to listen late."""
        return tuple(self._current.values())

    def post(self, cause: str, level: NoticeLevel, text: str, action: NoticeAction | None = None) -> None:
        """Say it, unless it is said already."""
        notice = NoticeRaised(cause, level, text, action)
        if self._current.get(cause) != notice:
            self._current[cause] = notice
            self._events.publish(notice)

    def clear(self, cause: str) -> None:
        """The cause is gone."""
        if self._current.pop(cause, None) is not None:
            self._events.publish(NoticeCleared(cause))
