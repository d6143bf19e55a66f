"""The services that the settings dialog uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.services.callbacks.relay_token import RelayToken
    from sora_studio.services.callbacks.reports import Reports
    from sora_studio.services.models.model_library import ModelLibrary
    from sora_studio.services.pictures.bucket_keys import BucketKeys
    from sora_studio.services.pictures.publishing import Publishing
    from sora_studio.services.runtime.credentials import Credentials
    from sora_studio.storage.tasks import SqliteTasks


@dataclass(frozen=True, slots=True)
class SettingsServices:
    """The services as one value. `tasks` is only read, to list pictures with the tasks they were published for."""

    credentials: "Credentials"
    bucket_keys: "BucketKeys"
    relay_token: "RelayToken"
    publishing: "Publishing"
    reports: "Reports"
    models: "ModelLibrary"
    tasks: "SqliteTasks"
