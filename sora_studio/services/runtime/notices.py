"""Notices about more than one task: posted once per cause, and cleared when the cause is gone."""

from sora_studio.domain.events import EventBus, NoticeAction, NoticeCleared, NoticeLevel, NoticeRaised, RefusedModel

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
PAUSED = "paused"
RELAY = "relay"
PICTURES = "pictures"
FOLDER = "folder "
"""Begins the cause of a notice about a task's own folder; its path follows."""
MODEL = "model "
"""Begins the cause of a notice about a model; its slug follows."""


class Notices:
    """The active notices. Posting the same one again, or clearing an absent one, publishes nothing."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self._current: dict[str, NoticeRaised] = {}

    @property
    def current(self) -> tuple[NoticeRaised, ...]:
        """The active notices, oldest first, for windows that subscribe late."""
        return tuple(self._current.values())

    def post(
        self,
        cause: str,
        level: NoticeLevel,
        text: str,
        action: NoticeAction | None = None,
        *,
        model: RefusedModel | None = None,
    ) -> None:
        """Post a notice unless the same one is active."""
        notice = NoticeRaised(cause, level, text, action, model)
        if self._current.get(cause) != notice:
            self._current[cause] = notice
            self._events.publish(notice)

    def clear(self, cause: str) -> None:
        """Clear the notice with this cause."""
        if self._current.pop(cause, None) is not None:
            self._events.publish(NoticeCleared(cause))
