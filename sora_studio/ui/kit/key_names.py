"""Names of the shortcut that sends a prompt, for this system."""

import sys

_IS_MAC = sys.platform == "darwin"
SEND = "⌘ Enter" if _IS_MAC else "Ctrl+Enter"
"""For sentences."""
SEND_SIGN = "⌘ ⏎" if _IS_MAC else "Ctrl ⏎"
"""For buttons."""
