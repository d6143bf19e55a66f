import random
import time

import pytest

from sora_studio.domain.models.draft import Draft, first_pictures
from sora_studio.domain.models.profile import DURATION
from sora_studio.domain.writing import hint_cache
from sora_studio.domain.writing.hint_cache import HintCache, hints_of
from sora_studio.domain.writing.hints import Hint, Level, best
from sora_studio.domain.writing.paragraphs import Paragraph
from sora_studio.domain.writing.prompt_context import PromptContext, context_of
from sora_studio.domain.writing.rule_book import RuleBook
from sora_studio.domain.writing.rule_tables import read_rules
from tests.unit.domain.writing.sample_prompts import profile, prompt_files, samples

BOOK = prompt_files().book
TEN_SECONDS = PromptContext(facts={DURATION: 10, "aspect": "16:9"})


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paragraphs that are looked at."""
    texts, look_at = list[str](), hint_cache.look_at

    def counted(text: str, book: RuleBook) -> Paragraph:
        texts.append(text)
        return look_at(text, book)

    monkeypatch.setattr(hint_cache, "look_at", counted)
    return texts


def test_only_changed_paragraphs_are_looked_at_again(looked_at: list[str]) -> None:
    cache, text = HintCache(BOOK), "A nice pier.\nA very old man.\nNight."
    cache.hints(text, TEN_SECONDS)
    looked_at.clear()
    cache.hints(text.replace("Night", "Nights"), TEN_SECONDS)
    assert looked_at == ["Nights."]
    cache.hints(f"New first line\n{text.replace('Night', 'Nights')}", PromptContext("sora-2", "sora", facts={DURATION: 5}))
    assert looked_at == ["Nights.", "New first line"]


def test_typing_gives_the_same_hints_as_looking_at_the_whole() -> None:
    dice, cache = random.Random(7), HintCache(BOOK)
    text, context = "", TEN_SECONDS
    parts = [line for sample in samples() for line in sample.text.split("\n")]
    for _ in range(50):
        place = dice.randint(0, len(text))
        if dice.random() < 0.3 and text:
            text = text[:place] + text[place + dice.randint(1, 60) :]
        else:
            text = text[:place] + dice.choice(parts) + dice.choice(["\n", " ", ""]) + text[place:]
        text = text[:1500]
        if dice.random() < 0.2:
            context = dice.choice(samples()).context
        assert cache.hints(text, context) == hints_of(text, context, BOOK)


def test_another_model_changes_the_hints_at_once() -> None:
    cache, text = HintCache(BOOK), "Slow dolly in, then pan left to a bell. Distant thunder. Dusk."
    draft = Draft(text, "text-to-video")

    def rules(slug: str) -> set[str]:
        return {hint.rule for hint in cache.hints(text, context_of(profile(slug), draft))}

    assert rules("sora-2") == {"camera-moves"}
    assert rules("seedance-2-0") == {"seedance-one-move"}
    assert rules("kling-2-5-turbo-pro") == {"camera-moves", "silent-model"}
    assert rules("sora-2") == {"camera-moves"}


def test_rules_that_are_off_stay_silent() -> None:
    text = "A nice amazing harbour."
    assert {hint.rule for hint in hints_of(text, TEN_SECONDS, BOOK)} == {"vague-words", "hype-words"}
    assert {hint.rule for hint in hints_of(text, TEN_SECONDS, BOOK, off={"vague-words", "unknown"})} == {"hype-words"}


def test_an_own_rule_replaces_the_shipped_one_of_its_id() -> None:
    own = read_rules(
        """schema = 1
        [[rule]]
        id = "hype-words"
        check = "words"
        level = "error"
        message = "{found}{example}"
        why = "House style."
        source = "Us."
        [rule.words]
        "harbour" = { example = "quay" }""",
        "own.toml",
    )
    book = RuleBook([*BOOK.rules, *own], BOOK.vocabulary)
    (hint,) = hints_of("An amazing harbour.", TEN_SECONDS, book)
    assert (hint.level, hint.message, hint.fix) == (Level.ERROR, "harbour For example: “quay”.", None)


def test_the_best_hints_come_by_level_and_confidence_and_spread_over_rules() -> None:
    def hint(rule: str, level: Level, confidence: float, start: int) -> Hint:
        return Hint(rule, level, start, start, "", "", "", confidence=confidence)

    vague = [hint("vague", Level.SUGGESTION, 0.9, place) for place in range(9)]
    brand = [hint("brand", Level.WARNING, 0.4, 3), hint("brand", Level.WARNING, 0.4, 1)]
    person, light = hint("person", Level.ERROR, 0.1, 8), hint("light", Level.SUGGESTION, 0.3, 0)
    assert best([*vague, *brand, light, person]) == [person, brand[1], vague[0], light, brand[0]]
    assert best([*vague, *brand, light, person], 2) == [person, brand[1]]
    assert best([]) == []


def test_a_context_knows_what_is_chosen_by_meaning() -> None:
    context = context_of(profile("kling-2-6"), Draft("", "image-to-video", {"sound": False}, first_pictures("/a.png")))
    assert (context.slug, context.family, context.duration_s, context.has_picture) == ("kling-2-6", "kling", 5, True)
    assert context.facts["sound"] is False
    sized = context_of(profile("sora-2-pro"), Draft("", "text-to-video"))
    assert sized.facts["resolution"] == "720p"
    assert not context_of(profile("sora-2"), Draft("", "no such mode")).facts


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("Golden hour, wide shot.", 0),
        ("He opens the door, walks in and sits.", 4.5),
        ("He says: “One two three four five.”", 2),
        ("The turns of the road and her long walks; the camera pushes in.", 0),
    ],
)
def test_the_time_that_a_text_needs_is_estimated(text: str, seconds: float) -> None:
    assert HintCache(BOOK).needed_s(text) == pytest.approx(seconds)


def test_ten_thousand_characters_are_looked_at_well_within_the_time() -> None:
    """The benchmark `hint_speed` measures; this only notices when something grows with the square of the length."""
    text = " ".join(sample.text.replace("\n", " ") for sample in samples())[:10_000]
    began = time.perf_counter()
    hints_of(text, TEN_SECONDS, BOOK)
    assert time.perf_counter() - began < 1.0
