"""Copies of a profile under another slug."""

import pytest

from sora_studio.domain.models.duplicate import duplicate
from sora_studio.domain.models.read import read_file
from tests.doubles.models import shipped_texts


@pytest.mark.parametrize("slug", sorted(shipped_texts()))
def test_a_copy_differs_in_slug_and_title_only(slug: str) -> None:
    text = shipped_texts()[slug]
    copy = duplicate(text, "harbour-9")
    before, after = read_file(text, f"{slug}.toml"), read_file(copy, "harbour-9.toml")
    assert (after.slug, after.title) == ("harbour-9", f"{before.title} (copy)")
    changed = [line for line, other in zip(text.split("\n"), copy.split("\n"), strict=True) if line != other]
    assert len(changed) == 2


def test_a_text_without_slug_or_title_stays() -> None:
    text = '[[mode]]\ntitle = "x"\nslug = "y"\n'
    assert duplicate(text, "harbour-9") == text
