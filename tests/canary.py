"""Secrets and a link that the suite uses wherever it needs one, and the search for what they left on the disk."""

import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

KEY = "sk-canary-5f1e7a90c3"
"""Given to the program as its key by every test that gives it one; in no file, in whatever encoding, may it be found."""
BUCKET_SECRET = "wJalr/canary-7c2d+bucket-9e04"
RELAY_TOKEN = "relay-canary-b83f6621d0"
"""The same for the key of a bucket and the token of a relay."""
SECRETS = (KEY, BUCKET_SECRET, RELAY_TOKEN)
QUERY = "signature=canary-41d8c0ffee"
"""A link's signature. The simulator's own links are signed the same way, with 64 hexadecimal digits."""

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_ANY_SECRET = re.compile(b"|".join(re.escape(secret.encode(encoding)) for secret in SECRETS for encoding in _ENCODINGS))
_ANY_LINK = re.compile(rb"(?i)signature(=|%3D)(canary|[0-9a-f]{16})")
_DATABASE = b"SQLite format 3\0"
_BESIDE_A_DATABASE = re.compile(r"-(wal|shm|journal)$")


@dataclass
class Search:
    """What was looked at and what was found: `hits` are lines for a person."""

    files: int = 0
    size_bytes: int = 0
    hits: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        size = f"{self.size_bytes / 1e6:,.0f} MB"
        return f"{self.files:,} files ({size}) searched for secrets and for signed links: {len(self.hits)} hits"


def has_link(text: str) -> bool:
    """Whether a signed link stands in it."""
    return bool(_ANY_LINK.search(text.encode()))


def search(folders: Iterable[Path]) -> Search:
    """Every file below the folders. A database may hold a link, to fetch its film or picture by; a secret, never."""
    found = Search()
    for path in (path for folder in folders for path in _files(folder)):
        try:
            _look_into(path, found)
        except OSError:  # a pipe, a socket, or gone meanwhile
            continue
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _look_into(path: Path, found: Search) -> None:
    size_bytes = path.stat().st_size
    found.files += 1
    found.size_bytes += size_bytes
    if not size_bytes:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _ANY_SECRET.search(content):
            found.hits.append(f"a secret is in {path}")
        if not _is_database(path, content[:16]) and (link := _ANY_LINK.search(content)):
            found.hits.append(f"a signed link is in {path}, at byte {link.start():,}")


def _is_database(path: Path, head: bytes) -> bool:
    return head == _DATABASE or bool(_BESIDE_A_DATABASE.search(path.name))
