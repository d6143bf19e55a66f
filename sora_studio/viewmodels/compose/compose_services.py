"""The services that the composer uses."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.services.callbacks.reports import Reports
    from sora_studio.services.models.estimates import Estimates
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.services.pictures.publishing import Publishing
    from sora_studio.services.pictures.recordings import Recordings
    from sora_studio.services.polling.tracking import Tracking
    from sora_studio.services.runtime.credentials import Credentials
    from sora_studio.services.runtime.settings_service import SettingsService
    from sora_studio.services.tasks.submission import Submission
    from sora_studio.services.tasks.task_editing import TaskEditing
    from sora_studio.services.writing.hinting import Hinting
    from sora_studio.services.writing.prompt_library import PromptLibrary
    from sora_studio.services.writing.spell_checker import SpellChecker
    from sora_studio.services.writing.variation_batch import VariationBatch
    from sora_studio.storage.drafts import SqliteDrafts


@dataclass(frozen=True, slots=True)
class ComposeServices:
    """The services as one value. `pasted_dir` is where pasted pixels are saved.

    `earlier_texts` returns the texts of a draft's versions of the last days, oldest first.
    """

    profiles: "Mapping[str, ModelProfile]"
    pasted_dir: Path
    settings: "SettingsService"
    credentials: "Credentials"
    drafts: "SqliteDrafts"
    earlier_texts: "Callable[[int], Awaitable[Sequence[str]]]"
    pictures: "Pictures"
    recordings: "Recordings"
    submission: "Submission"
    task_editing: "TaskEditing"
    publishing: "Publishing"
    reports: "Reports"
    tracking: "Tracking"
    estimates: "Estimates"
    spell_checker: "SpellChecker"
    prompt_library: "PromptLibrary"
    variation_batch: "VariationBatch"
    hinting: "Hinting"
