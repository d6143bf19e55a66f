"""Sentences about a local film or sound that cannot be used."""

import os
import stat
from pathlib import Path

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.picture import picture_name


def check_file(path: Path, kind: MediaKind) -> None:
    """Raise `InvalidRequest` when there is no file with content, or it may not be read. Blocking."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size:
            path.open("rb").close()
            return
    except FileNotFoundError:
        raise unusable(path, kind, "is not there any more") from None
    except (OSError, ValueError) as error:
        raise unusable(path, kind, f"cannot be read: {_reason(error)}") from error
    if stat.S_ISDIR(found.st_mode):
        raise unusable(path, kind, f"is a folder, not a {'film' if kind is MediaKind.VIDEO else 'sound'}")
    raise unusable(path, kind, "is not a file" if not stat.S_ISREG(found.st_mode) else "is empty")


def unusable(path: Path, field: str, predicate: str) -> InvalidRequest:
    """Return the error whose sentence is the file's name and `predicate`; `field` is the role, or the medium's kind."""
    return InvalidRequest([Problem(str(field), f"{picture_name(path) or path} {predicate}.", str(path))])


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) else "its name is not valid"
