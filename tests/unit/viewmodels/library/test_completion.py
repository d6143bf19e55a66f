"""Values are offered for the filter before the caret, and a filter that cannot be read is explained."""

import pytest

from sora_studio.domain.query import parse
from sora_studio.viewmodels.library.completion import KnownNames, completions
from sora_studio.viewmodels.library.unread_filter import why_no_filter

NAMES = KnownNames(
    models=[("sora-2", "Sora 2"), ("sora-2-pro", "Sora 2 Pro"), ("veo-3-1", "Veo 3.1")],
    projects=["Night market", 'The "one"'],
    tags=["hero", "rain"],
)


def filters(text: str, caret: int | None = None) -> list[str]:
    return [found.filter for found in completions(text, len(text) if caret is None else caret, NAMES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model:", ["model:sora-2", "model:sora-2-pro", "model:veo-3-1"]),
        ("fog model:PRO", ["model:sora-2-pro"]),
        ("model:sora-2", ["model:sora-2", "model:sora-2-pro"]),
        ("model:veo-3-1", []),
        ("-tag:h", ['-tag:"hero"']),
        ("project:mar", ['project:"Night market"']),
        ('project:"Night m', ['project:"Night market"']),
        ("project:no", ["project:none"]),
        ("project:one", ['project:"The ""one"""']),
        ("is:un", ["is:unseen"]),
        ("is:tr", ["is:trashed"]),
        ("sort:st", ["sort:stars"]),
        ("in:", ["in:trash", "in:hidden"]),
        ("stars:", ["stars:5", "stars:>=4", "stars:>=3", "stars:>=1", "stars:0"]),
        ("before:t", ["before:today"]),
        ("model", []),
        ("fog", []),
        ("cost:", []),
        ("model: ", []),
    ],
)
def test_values_are_offered_for_what_is_typed(text: str, expected: list[str]) -> None:
    assert filters(text) == expected
    assert all(parse(found).chips for found in expected)


def test_only_the_filter_at_the_caret_is_replaced() -> None:
    text = "fog model:ve sort:stars"
    (found,) = completions(text, text.index("ve ") + 1, NAMES)
    assert text[: found.start] + found.filter + text[found.end :] == "fog model:veo-3-1 sort:stars"
    assert filters(text, 2) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stars:>=3 -kept", ""),
        ("stars:9", "“stars:9” is not a filter. stars takes 0 to 5, such as stars:4 or stars:>=3."),
        ("-is:blue", "“-is:blue” is not a filter. is takes a state, such as is:failed or is:unseen."),
        ("rain", "“rain” is not a filter. A filter looks like stars:>=3, kept, model:sora or tag:rain."),
        ('tag:"rain', "The closing quotation mark is missing."),
    ],
)
def test_a_filter_that_cannot_be_read_is_explained(text: str, sentence: str) -> None:
    assert why_no_filter(text) == sentence
