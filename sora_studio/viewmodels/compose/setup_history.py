"""Undo and redo for what the composer sets up beside the text: model, mode, media and their edits."""

from collections import deque

from sora_studio.domain.request import GenerationRequest

_STEPS = 50


class SetupHistory:
    """Snapshots of requests before a change. Callers restore model, mode and media from them, never the text."""

    def __init__(self) -> None:
        self._back = deque[GenerationRequest](maxlen=_STEPS)
        self._ahead = list[GenerationRequest]()
        self._is_open = False

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._ahead)

    def record(self, before: GenerationRequest, *, goes_on: bool = False) -> None:
        """Add a step, unless it continues the last one (`goes_on`); clear the redo steps."""
        if not (goes_on and self._is_open):
            self._back.append(before)
        self._is_open = True
        self._ahead.clear()

    def undo(self, now: GenerationRequest) -> GenerationRequest:
        """Return the request one step before."""
        self._is_open = False
        self._ahead.append(now)
        return self._back.pop()

    def redo(self, now: GenerationRequest) -> GenerationRequest:
        """Return the request before the last `undo`."""
        self._back.append(now)
        return self._ahead.pop()

    def clear(self) -> None:
        """Forget all steps."""
        self._back.clear()
        self._ahead.clear()
        self._is_open = False
