"""How much free space the program leaves alone, how much a task's clip will want, and when there is none. Pure."""

import errno

CLIP_BYTES = 30_000_000
"""More than a usual clip has, so that what is submitted can also be saved."""
MOST_RESERVE_BYTES = 512_000_000
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


def reserve_bytes(disk_bytes: int) -> int:
    """What stays free for the database and for everybody else: a twentieth of the disk, at most 512 MB."""
    return min(MOST_RESERVE_BYTES, disk_bytes // 20)


def has_room(*, free_bytes: int, disk_bytes: int, wanted_bytes: int) -> bool:
    """Whether so much may be written."""
    return free_bytes >= wanted_bytes + reserve_bytes(disk_bytes)


def is_full(error: OSError) -> bool:
    """Whether something failed because the disk, or this person's part of it, is full."""
    return error.errno in _FULL
