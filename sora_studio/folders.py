"""Folders on the user's disks: private ones, whether they are writable, and why not. Everything here blocks."""

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

_REASONS = {
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "its disk is read-only",
}
_TRIED_BYTES = 4096
"""One page, so that an exceeded quota or a full disk is noticed too."""


def make_private(folder: Path) -> None:
    """Create the folder, readable only by its user whatever the umask, or narrow the permissions of one that the user owns.

    A folder that clearly has other uses too keeps its permissions: the home folder, its parents, and shared (sticky) ones.
    Systems and disks without such permissions are left as they are. Raises `OSError` when the folder cannot be created.
    """
    is_new = not folder.is_dir()
    for missing in reversed([place for place in (folder, *folder.parents) if not os.path.lexists(place)]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # raises the right error for a file or a link in its place
    if os.name == "nt":
        return
    found = folder.stat()
    rights = stat.S_IMODE(found.st_mode)
    home = Path(os.path.expanduser("~")).resolve()  # noqa: PTH111 - pathlib's own raises for an unknown home
    if found.st_uid != os.geteuid() or rights & stat.S_ISVTX or folder.resolve() in (home, *home.parents):
        return
    wanted = 0o700 if is_new else rights & ~(stat.S_IRWXG | stat.S_IRWXO)
    if wanted != rights:
        with contextlib.suppress(OSError):
            folder.chmod(wanted)


def make_and_try(folder: Path) -> None:
    """Create the folder and write a test file there. Raises `OSError`; its `strerror` says why in words."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, why_unusable(folder, error)) from error
    write_briefly(folder)


def write_briefly(folder: Path) -> None:
    """Create and delete a test file in the folder. Raises `OSError`; its `strerror` says why in words."""
    _write_in(folder, folder)


def write_where_it_would_be(folder: Path) -> None:
    """Like `write_briefly`, but create no folder: for a missing one, test the folder in which it would be created."""
    place = next((place for place in (folder, *folder.parents) if os.path.lexists(place)), folder)
    if os.name == "nt" and place != folder and place.is_dir():  # Windows may allow new folders but no files
        return
    _write_in(place, folder)


def _write_in(place: Path, wanted: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=place, buffering=0) as file:
            file.write(b"\0" * _TRIED_BYTES)
    except OSError as error:
        raise OSError(error.errno, why_unusable(wanted, error)) from error


def why_unusable(folder: Path, error: OSError) -> str:
    """Return why a folder cannot be used, as a clause without a full stop."""
    in_the_way = next((place for place in (folder, *folder.parents) if _is_no_folder(place)), None)
    if in_the_way is not None and in_the_way.is_symlink():
        return f"{in_the_way} is a link that leads to no folder"
    if in_the_way is not None:
        return f"{in_the_way} is not a folder"
    words = _REASONS.get(error.errno or 0) or error.strerror or str(error)
    return words[:1].lower() + words[1:]


def _is_no_folder(place: Path) -> bool:
    """Return whether something else exists there; False also when this user may not look."""
    try:
        return not stat.S_ISDIR(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return os.path.lexists(place)
    except OSError as error:
        return error.errno == errno.ELOOP and os.path.islink(place)  # noqa: PTH114 - never raises
