"""The services that the task list uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.services.clips.retrieval import Retrieval
    from sora_studio.services.library.judging import Judging
    from sora_studio.services.models.estimates import Estimates
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.services.polling.tracking import Tracking
    from sora_studio.services.tasks.model_blocks import ModelBlocks
    from sora_studio.services.tasks.send_pause import SendPause
    from sora_studio.services.tasks.submission import Submission
    from sora_studio.services.tasks.waiting_tasks import WaitingTasks
    from sora_studio.storage.library_queries import LibraryQueries
    from sora_studio.storage.tasks import SqliteTasks


@dataclass(frozen=True, slots=True)
class TaskServices:
    """`tasks` is for reading only; changes go through `judging` and the other services."""

    gateway_name: str
    profiles: "Mapping[str, ModelProfile]"
    tasks: "SqliteTasks"
    judging: "Judging"
    send_pause: "SendPause"
    submission: "Submission"
    waiting_tasks: "WaitingTasks"
    tracking: "Tracking"
    retrieval: "Retrieval"
    pictures: "Pictures"
    model_blocks: "ModelBlocks"
    estimates: "Estimates"
    library_queries: "LibraryQueries"
