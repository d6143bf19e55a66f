"""A bucket's key has two halves: only both together open it, and what is wrong with either is said."""

from sora_studio.domain.ports import KeyOrigin
from sora_studio.services.pictures.bucket_keys import BucketKeys
from sora_studio.storage.secrets import SessionKeys
from tests.unit.services.rig import run


def test_one_half_opens_nothing() -> None:
    async def story() -> None:
        keys = BucketKeys(SessionKeys("id"), SessionKeys(), on_change=list[object]().clear)
        assert (await keys.load()).origin is KeyOrigin.NONE

    run(story())


def test_both_are_kept_and_forgotten_together() -> None:
    async def story() -> None:
        key_id, secret, told = SessionKeys(), SessionKeys(), list[KeyOrigin]()
        keys = BucketKeys(key_id, secret, on_change=lambda: told.append(keys.status.origin))
        assert (await keys.set("id", "hush")).origin is KeyOrigin.SESSION
        assert (key_id.key, secret.key) == ("id", "hush")
        assert (await keys.clear()).origin is KeyOrigin.NONE
        assert (key_id.key, secret.key) == (None, None)
        assert told == [KeyOrigin.SESSION, KeyOrigin.NONE]

    run(story())
