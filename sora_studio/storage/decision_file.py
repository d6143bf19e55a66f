"""The file with the decisions of a filter session that are not committed yet, so that a crash or a kill loses none.

A file and not a table: it is written with every key and read once, and it is gone after the commit.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from sora_studio.atomic_file import sync_folder, write_whole
from sora_studio.disk_calls import on_disk
from sora_studio.domain.decision import Decision, Fate
from sora_studio.domain.judgement import MOST_STARS, ClipRef
from sora_studio.storage.disk_errors import told_of_file

FILE_NAME = "filter-session.json"
_log = logging.getLogger(__name__)


class DecisionFile:
    """Holds one session's decisions; there is no file without any."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    async def load(self) -> Sequence[Decision]:
        """Return the decisions. A file that is no such list counts as empty, and is replaced by the next save.

        Raises `FolderSilent`, and `InvalidSetting` if the file cannot be read.
        """
        with told_of_file(f"{self._path.name} cannot be read"):
            return await on_disk(self._path.parent, self._read)

    async def save(self, decisions: Sequence[Decision]) -> None:
        """Replace the decisions; they are on the disk when this returns.

        Raises `FolderSilent`, `StorageFull`, and `InvalidSetting` for other errors of the file system.
        """
        with told_of_file(f"{self._path.name} cannot be written"):
            await on_disk(self._path.parent, lambda: self._write(decisions))

    def _read(self) -> Sequence[Decision]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        try:
            return [_decision(row) for row in json.loads(content)]
        except (ValueError, TypeError, KeyError):
            _log.warning("%s is damaged and ignored", self._path.name)
            return ()

    def _write(self, decisions: Sequence[Decision]) -> None:
        if decisions:
            write_whole(self._path, json.dumps([_row(decision) for decision in decisions]).encode())
        else:
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)


def _row(decision: Decision) -> dict[str, object]:
    fate = decision.fate.value if decision.fate else None
    return {"task": decision.clip.task, "clip": decision.clip.clip, "fate": fate, "stars": decision.stars}


def _decision(row: dict[str, object]) -> Decision:
    fate, stars = row["fate"], row["stars"]
    if stars is not None and (not isinstance(stars, int) or not 0 <= stars <= MOST_STARS):
        raise ValueError(f"{stars} stars")
    ref = ClipRef(int(cast("int", row["task"])), int(cast("int", row["clip"])))
    return Decision(ref, None if fate is None else Fate(cast("str", fate)), stars)
