"""The models of the simulated service: their inputs, prices and limits."""

from collections.abc import Mapping
from dataclasses import dataclass

USUAL_TIMES_S: dict[int, tuple[float, float]] = {10: (180, 300), 15: (240, 360)}
"""Shortest and longest time from acceptance to result, by the clip's duration in seconds."""


@dataclass(frozen=True, slots=True)
class Model:
    """`resolutions` maps the allowed names to the shorter edge in pixels; a model with a single one has no such field."""

    slug: str
    max_prompt_chars: int
    providers: tuple[str, ...]
    resolutions: Mapping[str, int]
    prices_usd: Mapping[int, float]
    requests_per_minute: int
    concurrent_tasks: int

    @property
    def input_fields(self) -> frozenset[str]:
        """Names of all fields allowed in `input`."""
        known = {"mode", "prompt", "duration", "aspect_ratio", "image_urls", "remove_watermark"}
        return frozenset(known | {"resolution"} if len(self.resolutions) > 1 else known)


MODELS = {
    model.slug: model
    for model in (
        Model("sora-2", 10_000, ("auto", "value", "official"), {"720p": 720}, {10: 0.50, 15: 0.75}, 10_000, 1_000),
        Model("sora-2-pro", 5_000, ("official",), {"720p": 720, "1080p": 1080}, {10: 1.50, 15: 2.25}, 60, 10),
    )
}
