"""Theme of the window. A setting of its own, because the first paint needs it before the other settings are read."""

from enum import StrEnum


class Theme(StrEnum):
    """`system` follows the desktop's changes at once."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"
