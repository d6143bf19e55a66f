"""Disk space rules: the reserve to keep free, the size to expect of a clip, and how a full disk is recognized. Pure."""

import errno

CLIP_BYTES = 30_000_000
"""Larger than a usual clip, so that what is submitted can also be saved."""
MOST_RESERVE_BYTES = 512_000_000
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


def reserve_bytes(disk_bytes: int) -> int:
    """Return the space to keep free for the database and other programs: a twentieth of the disk, at most 512 MB."""
    return min(MOST_RESERVE_BYTES, disk_bytes // 20)


def has_room(*, free_bytes: int, disk_bytes: int, wanted_bytes: int) -> bool:
    """Return whether `wanted_bytes` can be written without using the reserve."""
    return free_bytes >= wanted_bytes + reserve_bytes(disk_bytes)


def is_full(error: OSError) -> bool:
    """Return whether the error means a full disk or an exceeded quota."""
    return error.errno in _FULL
