"""What a saved clip can be used for, by model."""

import pytest

from sora_studio.domain.models.profile import MediaKind
from sora_studio.viewmodels.compose.clip_uses import ClipUse, clip_offers
from tests.doubles.compose_studio import shipped_profile

OTHERS = {
    profile.slug: profile for profile in map(shipped_profile, ("kling-2-1", "veo-3-1", "seedance-1-5-pro-extend", "vidu-q3"))
}


def offered(slug: str, use: ClipUse) -> tuple[str, MediaKind] | str:
    """The mode and what is put there, or why it is not possible."""
    profile = shipped_profile(slug)
    [offer] = [offer for offer in clip_offers(profile, profile.modes[0], OTHERS) if offer.use is use]
    return (offer.mode.id, offer.kind) if offer.mode else offer.why


@pytest.mark.parametrize(
    ("slug", "use", "expected"),
    [
        ("seedance-2-0", ClipUse.REFERENCE, ("omni_reference", MediaKind.VIDEO)),
        ("wan-2-7-video", ClipUse.REFERENCE, ("reference-to-video", MediaKind.VIDEO)),
        ("veo-3-1", ClipUse.REFERENCE, ("fast-reference", MediaKind.IMAGE)),
        ("seedance-1-5-pro-extend", ClipUse.EXTEND, ("video-extend", MediaKind.VIDEO)),
        ("sora-2", ClipUse.EXTEND, "Sora 2 cannot extend a clip; Seedance 1.5 Pro Extend can."),
        ("seedance-2-0", ClipUse.LAST, ("first_and_last_frames", MediaKind.IMAGE)),
        ("sora-2", ClipUse.LAST, "Sora 2 takes no last picture; Kling 2.1, Veo 3.1 and Vidu Q3 can."),
    ],
)
def test_uses(slug: str, use: ClipUse, expected: object) -> None:
    assert offered(slug, use) == expected
