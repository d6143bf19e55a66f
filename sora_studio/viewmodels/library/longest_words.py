"""The name of a task's longest version, such as `15 s version`."""

from collections.abc import Mapping

from sora_studio.domain.longer import longest_version
from sora_studio.domain.models.profile import DURATION, ModelProfile
from sora_studio.domain.task import Task, TaskState


def longest_label(task: Task, profiles: Mapping[str, ModelProfile]) -> str:
    """Return the name of the longest version that can be made of a finished test; empty if there is none."""
    profile = profiles.get(task.request.model)
    if profile is None or task.state is not TaskState.SUCCESS:
        return ""
    version = longest_version(task.request, profile)
    option = next((option for option in profile.options if option.meaning == DURATION), None)
    value = version.options.get(option.field) if version and option else None
    return f"{option.label(value)} version" if option and value is not None else ""
