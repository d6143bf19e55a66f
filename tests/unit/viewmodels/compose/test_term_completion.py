"""Which film terms are offered for what was typed."""

import pytest

from sora_studio.viewmodels.compose.term_completion import Offer, completions

TERMS = [
    Offer(words, "", "camera-move")
    for words in ("slow dolly in", "dolly zoom", "crane up", "golden hour", "close-up", "medium close-up")
]


@pytest.mark.parametrize(
    ("before", "typed", "offered"),
    [
        ("A dol", "dol", ["dolly zoom", "slow dolly in"]),
        ("then Slow do", "Slow do", ["slow dolly in"]),
        ("medium close", "medium close", ["medium close-up"]),
        ("a very close-u", "close-u", ["close-up", "medium close-up"]),
        ("xyz", "", []),
        ("mist, ", "", [offer.words for offer in TERMS]),
        ("", "", [offer.words for offer in TERMS]),
    ],
)
def test_as_many_words_as_lead_to_a_term_are_completed(before: str, typed: str, offered: list[str]) -> None:
    found = completions(before, TERMS)
    assert (found.typed, [offer.words for offer in found.offers]) == (typed, offered)
