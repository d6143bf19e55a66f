"""Roles of a made-up model."""

from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role


def picture_slot(formats: tuple[str, ...] = ("jpeg", "png", "webp"), max_bytes: int = 10_000_000) -> MediaSlot:
    """A first picture with these limits."""
    return MediaSlot(Role.FIRST, MediaKind.IMAGE, "image_urls", ("any",), max=1, formats=formats, max_bytes=max_bytes)
