"""What the composer's pictures and their edits were before: each step can be taken back, and made again."""

from collections import deque

from sora_studio.domain.request import GenerationRequest

_STEPS = 50


class PictureHistory:
    """Requests as they stood before their pictures changed; of what else they held, nothing is meant to come back."""

    def __init__(self) -> None:
        self._back = deque[GenerationRequest](maxlen=_STEPS)
        self._ahead = list[GenerationRequest]()
        self._is_open = False

    @property
    def can_undo(self) -> bool:
        """Whether the pictures were others before."""
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back can be made again."""
        return bool(self._ahead)

    def record(self, before: GenerationRequest, *, goes_on: bool = False) -> None:
        """A step begins, unless it goes on with the last one. What was taken back is gone with it."""
        if not (goes_on and self._is_open):
            self._back.append(before)
        self._is_open = True
        self._ahead.clear()

    def undo(self, now: GenerationRequest) -> GenerationRequest:
        """As it stood one step before."""
        self._is_open = False
        self._ahead.append(now)
        return self._back.pop()

    def redo(self, now: GenerationRequest) -> GenerationRequest:
        """As it stood before the last `undo`."""
        self._back.append(now)
        return self._ahead.pop()

    def clear(self) -> None:
        """Nothing of before belongs to what stands here now."""
        self._back.clear()
        self._ahead.clear()
        self._is_open = False
