"""Which look the window has: known by itself, because the first paint needs it before the other settings are read."""

from enum import StrEnum


class Theme(StrEnum):
    """`system` follows the desktop at once."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"
