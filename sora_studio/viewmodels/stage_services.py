"""The services that the stage uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.services.clips.file_presence import FilePresence
    from sora_studio.services.library.library import Library
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.storage.tasks import SqliteTasks


@dataclass(frozen=True, slots=True)
class StageServices:
    """`tasks` is only read; `library` changes what is kept."""

    tasks: "SqliteTasks"
    library: "Library"
    file_presence: "FilePresence"
    pictures: "Pictures"
