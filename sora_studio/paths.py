"""Locations on each system: the program's resources, its data, and the user's videos."""

# ruff: noqa: PLC0415 - the window imports this before its first paint: what only some paths need is imported when they do

import os
import re
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
DATA_DIR_VARIABLE = "SORA_STUDIO_DATA_DIR"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):(//)?", re.IGNORECASE)
"""At least two letters: one letter is a Windows drive."""
_BUCKET = "is in a bucket, not on this computer."
_SERVER = "is on a server, not on this computer."
_SCHEMES = {
    **dict.fromkeys(("s3", "s3a", "gs", "gcs", "r2", "b2", "az", "abfs", "abfss", "oss"), _BUCKET),
    **dict.fromkeys(("ftp", "ftps", "sftp", "scp", "ssh", "smb", "nfs", "dav", "davs", "webdav"), _SERVER),
    **dict.fromkeys(("http", "https"), "is a web address, not a path."),
    **dict.fromkeys(("blob", "about", "content", "javascript", "mailto"), "means something to one program only."),
    "data": "is the content itself, not a path.",
}
_SHOWN_CHARS = 60


class NotAPath(ValueError):
    """A text that is not a path on this computer; the message is a sentence about why."""


def resources_dir() -> Path:
    """Return the folder of icons, fonts and model profiles: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def data_dir(*, demo: bool = False) -> Path:
    """Return the data folder: `SORA_STUDIO_DATA_DIR`, else the system's place for it. The demo has its own folder inside.

    Raises `NotAPath` when the variable names no folder on this computer.
    """
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    base = local_path(chosen) if chosen else _usual_data_dir()
    return base / "demo" if demo else base


def _usual_data_dir() -> Path:
    import platformdirs

    return platformdirs.user_data_path("sora-studio", appauthor=False)


def local_path(text: str, *, anchored: bool = False) -> Path:
    """Return the absolute path for text from the user: plain, with `~`, or as a `file:` address.

    A relative path starts at the current folder, or is rejected when it must be `anchored`. Looks at the disk: an existing file
    whose name looks like a URL is that file. Raises `NotAPath`.
    """
    found = _SCHEME.match(text)
    scheme, has_host = (found[1].lower(), found[2] is not None) if found else ("", False)
    if scheme == "file":
        path = _from_file_url(text)
    elif (scheme in _SCHEMES or has_host) and not os.path.lexists(text):
        raise NotAPath(f"{_shown(text)} {_SCHEMES.get(scheme, f'is an address of the kind {scheme}:, not a path.')}")
    else:
        path = _expanded(text)
    if "\0" in path:
        raise NotAPath(f"{_shown(path)} contains a NUL character, which file names cannot have.")
    if anchored and not os.path.isabs(path):  # noqa: PTH117 - text still, and a Path would fold it
        raise NotAPath(f"{_shown(text)} is not a full path.")
    return Path(path).absolute()


def _from_file_url(url: str) -> str:
    """Return the path of `file:///a%20b`, `file:/a` or `file://localhost/a`. Everything after the host is the path."""
    import socket
    from urllib.parse import unquote_to_bytes

    rest = url[len("file:") :]
    host, path = "", rest
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        path = slash + path
    if host.lower() not in ("", "localhost", socket.gethostname().lower()):
        raise NotAPath(f"{_shown(url)} is on the computer {_shown(host)}, not on this one.")
    path = os.fsdecode(unquote_to_bytes(path.encode("utf-8", "surrogateescape")))
    if os.name == "nt":
        path = re.sub(r"^/+(?=[A-Za-z]:)", "", path)
    if not os.path.isabs(path):  # noqa: PTH117
        raise NotAPath(f"{_shown(url)} is not a full path.")
    return path


def _expanded(text: str) -> str:
    """Return the text with a leading `~` expanded. A home folder that does not exist is rejected, not created."""
    if not text.startswith("~") or os.path.lexists(text):
        return text
    user = re.split(r"[/\\]" if os.name == "nt" else "/", text, maxsplit=1)[0]
    home = os.path.expanduser(user)  # noqa: PTH111 - pathlib's own raises for an unknown home
    if home == user or (user != "~" and not os.path.isdir(home)):  # noqa: PTH112
        raise NotAPath(f"{_shown(text)} starts at a home folder that does not exist.")
    return home + text[len(user) :]


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def videos_dir() -> Path:
    """Return the default folder for clips."""
    import platformdirs

    return platformdirs.user_videos_path() / "Sora Studio"
