"""Models that nothing is sent to: refused by the service, without a profile, or gone by their profile."""

import asyncio
from collections.abc import Mapping

from sora_studio.domain.events import NoticeAction, NoticeLevel, RefusedModel
from sora_studio.domain.failures import MODEL_FORBIDDEN, MODEL_GONE, explain
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.successors import no_profile
from sora_studio.domain.task import Task
from sora_studio.services.runtime.notices import MODEL, Notices


class ModelBlocks:
    """Posts one notice for each blocked model that has tasks, and wakes its listeners when a block ends.

    What the service refuses is kept in memory only: the next start tries once.
    """

    def __init__(self, profiles: Mapping[str, ModelProfile], notices: Notices) -> None:
        self._profiles = profiles
        self._notices = notices
        self._listeners: list[asyncio.Event] = []
        self._refused = dict[str, str]()
        self._told = set[str]()

    @property
    def refused(self) -> frozenset[str]:
        """The slugs of the models that the service has refused since the start."""
        return frozenset(self._refused)

    def reason(self, model: str) -> str:
        """Return a sentence about why nothing is sent to the model; empty if it is not blocked."""
        profile = self._profiles.get(model)
        if profile is None:
            return no_profile(model)
        code = MODEL_GONE if profile.status is Status.GONE else self._refused.get(model)
        return explain(code, None, model=profile.title).title if code else ""

    def wakes(self, event: asyncio.Event) -> None:
        """Set `event` whenever a block ends."""
        self._listeners.append(event)

    def refuse(self, task: Task, code: str) -> None:
        """Block the task's model until the user acts: the service refused it, with this fail code."""
        if task.request.model in self._refused:  # another one was on its way
            return
        self._refused[task.request.model] = code
        self._post(task, f"{self.reason(task.request.model)} Nothing was charged. Its waiting tasks are kept, and not sent.")

    def hold(self, task: Task) -> str:
        """Return why a waiting task cannot be sent; the notice says it too."""
        reason = self.reason(model := task.request.model)
        if model not in self._refused and model not in self._told:
            self._told.add(model)
            self._post(task, f"{reason} Its waiting tasks are kept.")
        return reason

    def retry(self, model: str) -> None:
        """Try the model once more, at the user's request."""
        if self._refused.pop(model, None) is not None:
            self._notices.clear(MODEL + model)
            for listener in self._listeners:
                listener.set()

    def key_changed(self) -> None:
        """End the blocks of models that the former key may not use."""
        for model in [model for model, code in self._refused.items() if code == MODEL_FORBIDDEN]:
            self.retry(model)

    def _post(self, task: Task, words: str) -> None:
        model = task.request.model
        action = NoticeAction.RETRY if model in self._refused else None
        if model not in self._profiles:
            action = NoticeAction.OPEN_SETTINGS
        about = RefusedModel(slug=model, task=task.id)
        self._notices.post(MODEL + model, NoticeLevel.WARNING, words, action, model=about)
