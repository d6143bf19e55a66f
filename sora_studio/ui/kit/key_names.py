"""Names of shortcuts for this system."""

import sys

_IS_MAC = sys.platform == "darwin"
SEND = "⌘ Enter" if _IS_MAC else "Ctrl+Enter"
"""For sentences: sends a prompt."""
SEND_SIGN = "⌘ ⏎" if _IS_MAC else "Ctrl ⏎"
"""For buttons."""
ENTER_SIGN = "⏎"
PAUSE = "⇧ ⌘ P" if _IS_MAC else "Ctrl+Shift+P"
PICKER = "⌘ M" if _IS_MAC else "Ctrl+M"
FAVOURITE = "⌘ D" if _IS_MAC else "Ctrl+D"
BESIDE = "⌥ Enter" if _IS_MAC else "Alt+Enter"
