"""Local pictures, films and sounds: inspection, integrity checks, drawing and conversion."""

import warnings

# Pillow warns of damaged tags in other people's files on standard error. What matters of it becomes a fact or an error here.
# Set once for the process: `catch_warnings` swaps global state, which is not safe while pictures are decoded in threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"PIL\.")
