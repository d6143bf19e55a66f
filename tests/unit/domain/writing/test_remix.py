"""A remix is bounded, always the same, keeps the source, and tells each change."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.remix import AXES, Found, Variant, apply, remix

WORDS = {
    "light": ["golden hour", "overcast light", "hard noon sun", "moonlight", "neon glow", "candlelight"],
    "camera-move": ["dolly in", "orbiting shot", "crane up", "handheld", "static shot"],
    "pace": ["unhurried", "brisk"],
}


def found(text: str) -> list[Found]:
    terms = [
        Found(match.start(), match.end(), kind)
        for kind, words in WORDS.items()
        for word in words
        for match in re.finditer(re.escape(word), text, re.IGNORECASE)
    ]
    return sorted(terms, key=lambda term: term.start)


def variants(text: str) -> tuple[Variant, ...]:
    return remix(text, found(text), lambda kind: WORDS.get(kind, []), AXES)


def test_terms_are_replaced_by_others_of_their_kind() -> None:
    text = "A slow orbiting shot at golden hour. Golden hour fades, unhurried."
    made = variants(text)
    assert [variant.title for variant in made] == [
        *("Other light: hard noon sun", "Other light: neon glow"),
        *("Other camera: handheld", "Other camera: dolly in"),
        "Other pace: brisk",
    ]
    assert made[0].text == "A slow orbiting shot at hard noon sun. Hard noon sun fades, unhurried."
    assert [text[change.start : change.end] for change in made[0].changes] == ["golden hour", "Golden hour"]
    assert made[4].text.endswith("fades, brisk.")


def test_the_article_fits_the_new_word() -> None:
    assert variants("An orbiting shot.")[2].text == "A handheld."
    texts = [variant.text for variant in variants("It is a static shot.")]
    assert "It is an orbiting shot." in texts


@pytest.mark.parametrize(
    ("text", "varied"),
    [
        ("A pier.", "A pier. Light: overcast light."),
        ("A pier \n", "A pier. Light: overcast light. \n"),
        ("A pier\r\nat sea\r\n", "A pier\r\nat sea\r\nLight: overcast light.\r\n"),
        ("", "Light: overcast light."),
    ],
)
def test_what_is_not_named_is_added_as_one_sentence(text: str, varied: str) -> None:
    assert variants(text)[0].text == varied


def test_what_people_say_stays() -> None:
    text = 'She says: "Wait for golden hour." A pier.'
    assert variants(text)[0].text.startswith(text)


@given(
    st.lists(
        st.sampled_from([*WORDS["light"], *WORDS["camera-move"], "a ", "An ", ". ", "\n", "“", "”", "x", "🌊"]), max_size=12
    )
)
def test_a_remix_is_bounded_and_always_the_same(parts: list[str]) -> None:
    text = "".join(parts)
    made = variants(text)
    assert made == variants(text)
    assert len(made) <= 6
    for variant in made:
        assert variant.text == apply(text, variant.changes) != text
        assert all(one.end <= other.start for one, other in zip(variant.changes, variant.changes[1:], strict=False))
    assert remix(text, found(text), lambda _: [], AXES) == ()
