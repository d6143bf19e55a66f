"""A draft: what it would send, and the tasks that it makes."""

import pytest

from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, Role
from tests.doubles.models import harbour, image

TEXT = "[[option]]\nfield = 'negative'\ntitle = 'Leave out'\nkind = 'text'\ndefault = 'haze'"
ROUTES = "[routing]\nvalues = ['auto', 'official']\ndefault = 'auto'"


def test_an_option_is_what_was_chosen_or_else_its_default() -> None:
    profile = harbour(TEXT)
    mode = profile.modes[0]
    assert Draft("", mode.id).values(mode, profile) == {"seconds": 5, "negative": "haze"}
    chosen = Draft("", mode.id, {"seconds": 10, "quality": "720p", "other": 1})
    assert chosen.values(mode, profile) == {"seconds": 10, "quality": "720p", "negative": "haze"}


def test_empty_text_counts_as_not_chosen() -> None:
    profile = harbour(TEXT)
    values, present = Draft("", "frames", {"negative": ""}).facts(profile.modes[1], profile)
    assert "negative" not in values
    assert present == {"seconds"}


def test_conditions_see_mode_route_options_and_roles() -> None:
    profile = harbour(ROUTES)
    mode = profile.modes[1]
    draft = Draft("", mode.id, {"quality": "720p"}, {Role.FIRST: (image("a"),), Role.LAST: ()})
    values, present = draft.facts(mode, profile)
    assert values == {"seconds": 5, "quality": "720p", "mode": "frames", "provider": "auto"}
    assert present == {"seconds", "quality", "first"}
    chosen, _ = Draft("", mode.id, route="official").facts(mode, profile)
    assert chosen["provider"] == "official"


def test_several_pictures_for_a_first_frame_make_several_tasks() -> None:
    draft = Draft("A pier.", "frames", media={Role.FIRST: tuple(map(image, "abc")), Role.LAST: (image("z"),)})
    parts = draft.split(harbour())
    assert [part.media for part in parts] == [{Role.FIRST: (image(name),), Role.LAST: (image("z"),)} for name in "abc"]
    assert {part.prompt for part in parts} == {"A pier."}


@pytest.mark.parametrize("mode", ["text-to-video", "frames", "unknown"])
def test_anything_else_is_one_task(mode: str) -> None:
    draft = Draft("", mode, media={Role.FIRST: (image("a"),), Role.LAST: tuple(map(image, "bc"))})
    assert draft.split(harbour()) == [draft]


def test_media_move_to_their_public_addresses() -> None:
    draft = Draft("", "frames", media={Role.FIRST: (image("a"),)}, set_aside={Role.MASK: (image("m"),)})
    moved = draft.with_addresses(lambda medium: f"{medium.address}?public")
    assert moved.media[Role.FIRST][0].address == "https://example.com/a.png?public"
    assert moved.set_aside == draft.set_aside


def test_a_name_shows_no_query() -> None:
    assert Medium("https://example.com/films/a%20pier.mp4?key=secret", MediaKind.VIDEO).name == "a pier.mp4"
    assert "secret" not in Medium("https://example.com/?key=secret", MediaKind.VIDEO).name
    assert Medium("/home/me/why? #1 100%25.png", MediaKind.IMAGE).name == "why? #1 100%25.png"
