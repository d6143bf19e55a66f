"""Names of the clips' posters."""

from pathlib import Path

POSTER_EDGE = 640
"""Pixels of the longer edge; sharp on cards and on the empty stage of a high-DPI screen."""


def poster_path(folder: Path, clip: int, at_s: float | None) -> Path:
    """Return the poster's file: another frame has another name, so that no cache shows the previous one."""
    return folder / (f"{clip}.jpg" if at_s is None else f"{clip}-{round(at_s * 1000)}.jpg")
