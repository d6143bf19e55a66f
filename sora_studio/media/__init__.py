"""Local pictures and films: what they are, whether they are whole, and what they look like."""

import warnings

# Pillow warns of damaged tags in other people's files, on standard error. What matters of it becomes a fact or a sentence here.
# Once for the process: `catch_warnings` swaps global state, which is not safe while pictures are decoded in threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"PIL\.")
