"""A quiet chord under every film, soft at both ends."""

import math
import random
from array import array
from functools import lru_cache

RATE_HZ = 48_000
_LOOP_S = 2
_CHORDS_HZ = (
    (110.0, 165.0, 220.5, 277.5),
    (98.0, 147.0, 196.5, 246.5),
    (130.5, 196.0, 261.5, 329.5),
    (87.5, 131.0, 174.5, 220.0),
)
"""Multiples of half a hertz, so that two seconds of a chord loop without a seam."""
_LOUDNESS = 0.022
_FADE_S = 0.6


def chord(seed: str, duration_s: float) -> "array[float]":
    """Return samples of one channel, −1 to 1."""
    loop = _loop(random.Random(f"sound {seed}").randrange(len(_CHORDS_HZ)))  # noqa: S311 - simulated chance, not a secret
    samples = loop * (int(duration_s) // _LOOP_S + 1)
    del samples[round(duration_s * RATE_HZ) :]
    fade = min(round(_FADE_S * RATE_HZ), len(samples) // 2)
    for index in range(fade):
        share = index / fade
        samples[index] *= share
        samples[-1 - index] *= share
    return samples


@lru_cache(maxsize=len(_CHORDS_HZ))
def _loop(number: int) -> "array[float]":
    chord_hz = _CHORDS_HZ[number]
    steps = [2 * math.pi * hz / RATE_HZ for hz in chord_hz]
    breath = math.pi / _LOOP_S / RATE_HZ * 2
    sin = math.sin
    return array(
        "f",
        [_LOUDNESS * (0.8 + 0.2 * sin(breath * n)) * sum(sin(step * n) for step in steps) for n in range(_LOOP_S * RATE_HZ)],
    )
