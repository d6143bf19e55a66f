"""Which words a spell checker judges."""

import pytest

from sora_studio.domain.spell_words import spell_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Slow dolly-in; the ferryman's rope", ["Slow", "dolly", "in", "the", "ferryman's", "rope"]),
        ("don’t", ["don't"]),
        ("35mm at 4K, f/2.8 take2", ["at"]),
        ("see https://example.org/harbour or www.example.org, notes.txt", ["see", "or"]),
        ("@Mara meets #boat <frame_1> {dusk|dawn} me@example.org", ["meets"]),
        ("HDR and NASA but HARBOUR", ["and", "but", "HARBOUR"]),
        ("a I é", []),
        ("naïve Größe 東京 café", ["naïve", "Größe", "東京", "café"]),
        ("🛥️ ferry 👩‍👩‍👧", ["ferry"]),
        ("", []),
    ],
)
def test_only_prose_is_judged(text: str, words: list[str]) -> None:
    found = list(spell_words(text))
    assert [word for *_, word in found] == words
    assert all(text[start:end].replace("’", "'") == word for start, end, word in found)
