"""The services that the stage uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.services.clips.file_presence import FilePresence
    from sora_studio.services.library.library import Library
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.services.tasks.model_blocks import ModelBlocks


@dataclass(frozen=True, slots=True)
class StageServices:
    """The services as one value. `gateway_name` is the service in use; tasks and clips are changed through `library`."""

    gateway_name: str
    profiles: "Mapping[str, ModelProfile]"
    model_blocks: "ModelBlocks"
    library: "Library"
    file_presence: "FilePresence"
    pictures: "Pictures"
