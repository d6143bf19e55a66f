"""What the keys that send a prompt are called on this system."""

import sys

_IS_MAC = sys.platform == "darwin"
SEND = "⌘ Enter" if _IS_MAC else "Ctrl+Enter"
"""In a sentence."""
SEND_SIGN = "⌘ ⏎" if _IS_MAC else "Ctrl ⏎"
"""On a button."""
