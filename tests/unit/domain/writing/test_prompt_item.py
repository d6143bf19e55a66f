"""A snippet, card or template is the same after its file was written and read, and a malformed file is explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_item import PromptItem, read_item, shelf_of, title_of, write_item
from sora_studio.domain.writing.snippets import Snippet, escape
from sora_studio.domain.writing.templates import Field, Template, fill

HERO = Field("hero", "Who", "an old ferryman")
TEMPLATE = Template("trailer", "Trailer beat", "Wide: [[hero]].\n0–4 s  [[hero]] [[1, 2]]", (HERO,), "One turn", 10)
TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from('\n\r\t"\\$'), min_size=1).filter(
    lambda text: text == text.strip() and any(letter.isalpha() for letter in text)
)


@given(TEXTS)
def test_every_text_survives_its_file(text: str) -> None:
    items: list[PromptItem] = [Snippet("beats", escape(text)), Card("anna", CardKind.PALETTE, text, "a.png")]
    for item in items:
        assert read_item(write_item(item), f"{item.name}.toml") == item


def test_a_template_survives_its_file() -> None:
    assert read_item(write_item(TEMPLATE), "trailer.toml") == TEMPLATE
    items = (TEMPLATE, Snippet("b", "x"), Card("a", CardKind.PLACE, "x"))
    assert [title_of(item) for item in items] == ["Trailer beat", "/b", "@a"]
    assert [shelf_of(item) for item in items] == ["templates", "snippets", "cards"]
    with pytest.raises(ProfileError, match="text must say something"):
        write_item(Snippet("b", " "))


def test_fields_are_filled_and_never_read_again() -> None:
    filled = fill(TEMPLATE, {"hero": " [[hero]] {a|b} "})
    assert filled.text == "Wide: [[hero]] {a|b}.\n0–4 s  [[hero]] {a|b} [[1, 2]]"
    assert [filled.text[start:end] for _, start, end in filled.spans] == ["[[hero]] {a|b}"] * 2
    assert fill(TEMPLATE, {"hero": "  "}).text == "Wide: an old ferryman.\n0–4 s  an old ferryman [[1, 2]]"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("text = 'x'", 0, "The key 'kind' is missing."),
        ("kind = 'film'", 1, "kind is 'film', which is none of"),
        ("kind = 'snippet'\nname = 'a b'\ntext = 'x'", 2, "name is 'a b'. A name begins with a letter"),
        ("kind = 'snippet'\nname = 'a'\ntext = '${1:x'", 3, "Character 1: This ${ has no }."),
        ("kind = 'place'\nname = 'a'\ntext = '  '", 3, "text must say something."),
        ("kind = 'place'\nname = 'a'\ntext = 1", 3, "text must be text in quotes."),
        ('kind = "place"\nname = "a"\ntext = "x\\u0000"', 3, "Character 2 of text is a control character"),
        ("kind = 'place'\nname = 'a'\ntext = 'x'\nmood = 'x'", 4, "The key 'mood' is not known."),
        ("kind = 'template'\ntitle = 'a'\ntext = 'x [[y]]'", 3, "[[y]] is not declared as a field."),
        ("kind = 'template'\ntitle = 'a'\ntext = 'x'\n[[field]]\nname='y'\nlabel='y'\nvalue='z'", 4, "The text has no [[y]]."),
        ("kind = ", 1, "Invalid value"),
        ("x" * 100_001, 0, "It is longer than 100,000 characters"),
    ],
)
def test_a_malformed_file_is_explained_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ProfileError) as caught:
        read_item(text, "mine.toml")
    assert caught.value.line == line
    assert words in caught.value.reason
    assert caught.value.title.startswith("mine.toml")
