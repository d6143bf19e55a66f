"""The templates and snippets that ship can be used as they are: every second of ten has its beat, and nothing is left open."""

from pathlib import Path

import pytest

from sora_studio.domain.writing.beat_times import check_times
from sora_studio.domain.writing.hint_cache import hints_of
from sora_studio.domain.writing.outline import Part, read_outline
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.snippets import insertion
from sora_studio.domain.writing.templates import Template, fill
from sora_studio.domain.writing.variations import expand
from sora_studio.paths import resources_dir
from sora_studio.storage.prompt_item_files import PromptItemFiles
from tests.unit.domain.writing.sample_prompts import USUAL, prompt_files

SHIPPED = PromptItemFiles(resources_dir() / "prompts", Path("none")).read()
NAMES = {
    *("trailer-beat", "product-turn", "character-intro", "aerial-establishing", "dialogue-two-shot", "music-video-cut"),
    *("food-close-up", "night-street", "nature-macro", "gentle-motion"),
}


def test_all_of_them_can_be_read() -> None:
    assert SHIPPED.errors == ()
    assert {template.name for template in SHIPPED.templates} == NAMES
    assert len(SHIPPED.snippets) >= 6


@pytest.mark.parametrize("template", SHIPPED.templates, ids=lambda template: template.name)
def test_a_template_is_a_whole_prompt_for_ten_seconds(template: Template) -> None:
    prompt = fill(template, {}).text
    outline = read_outline(prompt)
    parts = [section.heading.part for section in outline.sections if section.heading]
    assert {Part.STYLE, Part.SCENE, Part.LIGHT, Part.BEATS, Part.MOOD, Part.SOUND} <= set(parts)
    assert check_times(outline, template.seconds) == ()
    assert template.seconds == 10
    assert len(template.fields) >= 2
    assert template.about
    assert all(field.value in prompt for field in template.fields)
    assert expand(prompt) == [prompt], "no sign of it means anything else"
    assert 400 < len(prompt) < 1500
    assert hints_of(prompt, PromptContext(facts=USUAL), prompt_files().book) == []


def test_the_snippets_with_beats_cover_their_seconds() -> None:
    texts = {snippet.name: insertion(snippet.text).text for snippet in SHIPPED.snippets}
    assert check_times(read_outline(texts["beats-10"]), 10) == ()
    assert check_times(read_outline(texts["beats-15"]), 15) == ()
    assert {Part.STYLE, Part.BEATS, Part.SOUND} <= {
        section.heading.part for section in read_outline(texts["outline"]).sections if section.heading
    }
