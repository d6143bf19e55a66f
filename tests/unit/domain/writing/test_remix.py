"""A remix is bounded, always the same, keeps the source, and tells each change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.remix import Axis, Group, Variant, apply, read_axes, remix
from sora_studio.domain.writing.terms import Term, TermKind, Vocabulary
from sora_studio.paths import resources_dir
from tests.unit.domain.writing.sample_prompts import prompt_files

LIGHT = Group(("golden hour", "blue hour", "night", "dawn"), ("dusk",))
CAMERA = Group(("slow dolly in", "orbiting shot", "crane up", "tracking shot"), ("static shot",))
AXES = [
    Axis(TermKind.LIGHT, "Other light", "Light", (LIGHT,), ("soft window light", "one lamp", "moonlight")),
    Axis(TermKind.CAMERA_MOVE, "Other camera", "Camera", (CAMERA,), ("a slow pan",)),
]
WORDS = {TermKind.LIGHT: [*LIGHT.words, *LIGHT.also, "side light"], TermKind.CAMERA_MOVE: [*CAMERA.words, *CAMERA.also]}


VOCABULARY = Vocabulary(Term(kind, word, "") for kind, words in WORDS.items() for word in words)


def variants(text: str) -> tuple[Variant, ...]:
    return remix(text, VOCABULARY.find(text), AXES)


def test_terms_are_replaced_by_others_of_their_group_wherever_they_stand() -> None:
    text = "Orbiting shot at golden hour. Golden hour fades to dusk."
    made = variants(text)
    assert [variant.title for variant in made] == [
        *("Other light: blue hour", "Other light: night", "Other light: dawn"),
        *("Other camera: crane up", "Other camera: tracking shot", "Other camera: slow dolly in"),
    ]
    assert made[1].text == "Orbiting shot at night. Night fades to dusk."
    assert [text[change.start : change.end] for change in made[1].changes] == ["golden hour", "Golden hour"]
    assert made[3].text == "Crane up at golden hour. Golden hour fades to dusk."
    fewer = remix(text, VOCABULARY.find(text), AXES, most=2)
    assert [variant.title for variant in fewer] == ["Other light: night", "Other camera: tracking shot"]


def test_the_article_fits_the_new_word() -> None:
    texts = [variant.text for variant in variants("At dusk: A static shot, then an orbiting shot.")]
    assert "At dusk: An orbiting shot, then an orbiting shot." not in texts, "what is named already is no variant"
    assert "At dusk: A crane up, then an orbiting shot." in texts
    assert "At dawn, a slow dolly in." in [variant.text for variant in variants("At dawn, an orbiting shot.")]


@pytest.mark.parametrize(
    ("text", "varied"),
    [
        ("A pier.", "A pier. Light: soft window light."),
        ("A pier \n", "A pier. Light: soft window light. \n"),
        ("A pier\r\nat sea\r\n", "A pier\r\nat sea\r\nLight: soft window light.\r\n"),
        ("", "Light: soft window light."),
    ],
)
def test_what_is_not_named_is_added_as_one_sentence(text: str, varied: str) -> None:
    assert variants(text)[0].text == varied


def test_what_people_say_stays_and_a_light_that_fits_no_group_gets_no_second_one() -> None:
    text = 'She says: "Wait for dusk." Side light.'
    assert {variant.title for variant in variants(text)} == {"Other camera: a slow pan"}


PARTS = [*WORDS[TermKind.LIGHT], *WORDS[TermKind.CAMERA_MOVE], "a ", "An ", ". ", "\n", "“", "”", "x"]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_a_remix_is_bounded_and_always_the_same(text: str) -> None:
    made = variants(text)
    assert made == variants(text)
    assert len(made) <= 6
    for variant in made:
        assert variant.text == apply(text, variant.changes) != text
        assert all(one.end <= other.start for one, other in zip(variant.changes, variant.changes[1:], strict=False))


def test_the_shipped_groups_can_be_read_and_have_enough_to_choose_from() -> None:
    file = resources_dir() / "prompts" / "remix.toml"
    axes = read_axes(file.read_text(encoding="utf-8"), file.name)
    assert [axis.kind for axis in axes] == ["light", "camera-move", "pace"]
    for axis in axes:
        words = [word for group in axis.groups for word in (*group.words, *group.also)]
        assert len(words) == len(set(words))
        assert all(word == word.casefold() for word in words)
        assert min(len(group.words) for group in axis.groups) >= 3
    assert len(remix("A pier.", [], axes)) == 6
    vocabulary = prompt_files().vocabulary
    for text in ("A pier at dusk, slow push in, slowly.", "Crane up in hard light at a slow pace."):
        assert len(remix(text, vocabulary.find(text), axes)) == 6
    for axis in axes:
        for added in axis.added:
            assert axis.kind in {span.term.kind for span in vocabulary.find(added)}, "a variant names what it changes"
    with pytest.raises(ProfileError, match="line 3"):
        read_axes("schema = 1\n[[axis]]\nkind = 1", "remix.toml")
