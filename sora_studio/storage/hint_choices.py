"""The file of hints that a person switched off: `hints.json` in the data folder."""

import json
from pathlib import Path
from typing import cast

from sora_studio.atomic_file import write_whole
from sora_studio.disk_calls import on_disk
from sora_studio.domain.hint_choices import HintChoices
from sora_studio.storage.disk_errors import told_of_file

FILE_NAME = "hints.json"


class HintChoicesFile:
    """A missing or damaged file means that every hint is shown."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    async def load(self) -> HintChoices:
        """Return what is kept."""
        try:
            return _read(await on_disk(self._path.parent, self._path.read_bytes))
        except (OSError, ValueError, TypeError, AttributeError):
            return HintChoices()

    async def save(self, choices: HintChoices) -> None:
        """Write the file atomically. Raises `FolderSilent`, `StorageFull` and `InvalidSetting`."""
        content = {
            "never": sorted(choices.never),
            "drafts": {str(draft): sorted(rules) for draft, rules in choices.drafts.items() if rules},
        }
        text = json.dumps(content, ensure_ascii=False, indent=1).encode()
        with told_of_file(f"{self._path.name} cannot be written"):
            await on_disk(self._path.parent, lambda: write_whole(self._path, text))


def _read(content: bytes) -> HintChoices:
    table = cast("dict[str, object]", json.loads(content))
    drafts = cast("dict[str, list[str]]", table.get("drafts", {}))
    return HintChoices(
        frozenset(map(str, cast("list[object]", table.get("never", [])))),
        {int(draft): frozenset(map(str, rules)) for draft, rules in drafts.items()},
    )
