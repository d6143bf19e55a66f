"""Proposed profiles and the schemas that they were made from, in a folder that is not read as models."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from sora_studio.atomic_file import write_whole
from sora_studio.storage.disk_errors import told_of_folder

SCHEMA_NAME = "schema.json"
_DIGEST_CHARS = 8


@dataclass(frozen=True, slots=True)
class SavedProposal:
    """Where the schema is, and the profile if there is one."""

    schema: Path
    profile: Path | None


def save_proposal(folder: Path, slug: str, schema: bytes, text: str) -> SavedProposal:
    """Save a schema as it was published and the profile that was made from it; without `text` only the schema. Blocks.

    Each version of a schema has a folder of its own, and a file that exists stays as it is, so nothing that the user edited
    is overwritten. Raises `StorageFull` and `DataFolderUnusable`.
    """
    place = folder / f"{slug}-{hashlib.sha256(schema).hexdigest()[:_DIGEST_CHARS]}"
    saved = SavedProposal(place / SCHEMA_NAME, place / f"{slug}.toml" if text else None)
    with told_of_folder(place):
        _keep(saved.schema, schema)
        if saved.profile is not None:
            _keep(saved.profile, text.encode())
    return saved


def _keep(path: Path, content: bytes) -> None:
    if not os.path.lexists(path):
        write_whole(path, content)
