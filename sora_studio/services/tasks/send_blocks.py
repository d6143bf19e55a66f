"""Reasons not to send although the service is reachable: a pause, a refused key, no credit, a daily limit, a full disk."""

import asyncio

from sora_studio.domain.errors import KeyMissing, KeyRejected, OutOfCredit
from sora_studio.domain.events import NoticeAction, NoticeLevel
from sora_studio.domain.money import dollars
from sora_studio.services.runtime.notices import CREDIT, HARD_LIMIT, KEY, PAUSED, ROOM, Notices


class SendBlocks:
    """Posts one notice for each active block, and wakes its listeners when a block ends."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._listeners: list[asyncio.Event] = []
        self.key_refused = False
        self.credit_gone = False
        self.limit_reached = False
        self.room_gone = False
        self.paused = False

    @property
    def forbid_sending(self) -> bool:
        """Whether any block is active."""
        return self.forbid_claims or self.limit_reached or self.room_gone

    @property
    def forbid_claims(self) -> bool:
        """Whether not even a task that has been admitted already may go: the service would refuse it, or the user paused."""
        return self.key_refused or self.credit_gone or self.paused

    def wakes(self, event: asyncio.Event) -> None:
        """Set `event` whenever a block ends."""
        self._listeners.append(event)

    def refuse_key(self, error: KeyRejected | KeyMissing) -> None:
        """Stop all requests until the key changes."""
        self.key_refused = True
        self._notices.post(KEY, NoticeLevel.WARNING, error.sentence, NoticeAction.ENTER_KEY)

    def exhaust_credit(self, error: OutOfCredit) -> None:
        """Stop sending until there is credit."""
        self.credit_gone = True
        self._notices.post(CREDIT, NoticeLevel.WARNING, error.sentence, NoticeAction.RETRY)

    def key_changed(self) -> None:
        """End the key and credit blocks: another key may mean another account."""
        self.key_refused = False
        self._notices.clear(KEY)
        self.credit_returned()

    def credit_returned(self) -> None:
        """End the credit block: another attempt may succeed."""
        self.credit_gone = False
        self._notices.clear(CREDIT)
        self._wake_all()

    def reach_limit(self, limit_usd: float) -> None:
        """Stop sending until the day ends or the limit is raised."""
        self.limit_reached = True
        words = (
            f"Today's limit of {dollars(limit_usd)} leaves no room for another task. Waiting tasks are sent tomorrow, or when "
            "you raise the limit; running tasks continue and their clips are saved."
        )
        self._notices.post(HARD_LIMIT, NoticeLevel.WARNING, words, NoticeAction.OPEN_SETTINGS)

    def lift_limit(self) -> None:
        """End the limit block."""
        self.limit_reached = False
        self._notices.clear(HARD_LIMIT)
        self._wake_all()

    def run_out_of_room(self, trouble: str = "") -> None:
        """Stop sending until clips can be saved. `trouble` is a sentence about a folder that is not writable."""
        self.room_gone = True
        reason = trouble or "The clips' disk has no room for another clip."
        words = f"{reason} Waiting tasks are sent automatically once that changes; nothing is lost."
        self._notices.post(ROOM, NoticeLevel.WARNING, words, NoticeAction.OPEN_SETTINGS)

    def find_room(self) -> None:
        """End the disk space block."""
        self.room_gone = False
        self._notices.clear(ROOM)
        self._wake_all()

    def pause(self) -> None:
        """Stop sending until the user resumes."""
        self.paused = True
        words = "Sending is paused. Waiting tasks are kept; what is already running is still followed, and its clips are saved."
        self._notices.post(PAUSED, NoticeLevel.INFO, words, NoticeAction.RESUME_SENDING)

    def resume(self) -> None:
        """End the pause."""
        self.paused = False
        self._notices.clear(PAUSED)
        self._wake_all()

    def _wake_all(self) -> None:
        for listener in self._listeners:
            listener.set()
