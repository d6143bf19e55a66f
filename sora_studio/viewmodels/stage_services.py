"""The services that the stage uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.services.clips.file_presence import FilePresence
    from sora_studio.services.library.library import Library
    from sora_studio.services.pictures.pictures import Pictures


@dataclass(frozen=True, slots=True)
class StageServices:
    """The services as one value. `gateway_name` is the service in use; tasks and clips are changed through `library`."""

    gateway_name: str
    library: "Library"
    file_presence: "FilePresence"
    pictures: "Pictures"
