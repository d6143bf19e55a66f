"""Every film and sound that a model takes can be lent, under an address that tells its type."""

import secrets

import pytest

from sora_studio.domain.media_types import FILM_TYPES, SOUND_TYPES, SUFFIXES, USUAL_FILMS, USUAL_SOUNDS, medium_of
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.relay import HANDLE
from tests.doubles.models import shipped_models


@pytest.mark.parametrize(
    ("kind", "usual", "types"), [(MediaKind.VIDEO, USUAL_FILMS, FILM_TYPES), (MediaKind.AUDIO, USUAL_SOUNDS, SOUND_TYPES)]
)
def test_the_usual_formats_are_those_that_the_shipped_profiles_name(
    kind: MediaKind, usual: tuple[str, ...], types: dict[str, str]
) -> None:
    slots = [slot for model in shipped_models().values() for slot in model.media if slot.kind is kind]
    assert {name for slot in slots for name in slot.formats} == {*usual}
    assert {*usual} <= {*types}


def test_each_type_has_a_suffix_that_a_relay_takes() -> None:
    for media_type, suffix in SUFFIXES.items():
        assert HANDLE.fullmatch(secrets.token_urlsafe(16) + suffix), media_type
    assert not HANDLE.fullmatch(secrets.token_urlsafe(16) + ".mp4x")
    assert not HANDLE.fullmatch(secrets.token_urlsafe(16) + "xmp4")


def test_sentences_say_what_it_is() -> None:
    assert [medium_of(media_type) for media_type in ("image/png", "video/mp4", "audio/wav")] == ["picture", "film", "sound"]
