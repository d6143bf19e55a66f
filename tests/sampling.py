"""Slow matrices are sampled in the normal run; the benchmark `whole_matrices` runs all of them, with this variable set."""

import os

WHOLE = "SORA_STUDIO_WHOLE_MATRICES"


def every(step: int) -> int:
    """Return `step`, the distance between two samples, or 1 where the whole matrix is wanted."""
    return 1 if os.environ.get(WHOLE) else step
