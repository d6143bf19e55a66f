import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.domain.writing.hint_cache import hints_of
from sora_studio.domain.writing.hints import Hint
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.rules import Rule, Words
from tests.sampling import every
from tests.unit.domain.writing.sample_prompts import Sample, prompt_files, samples

BOOK = prompt_files().book
RULES = {rule.id: rule for rule in BOOK.rules}
GOOD = [sample for sample in samples() if sample.is_good]
BAD = [sample for sample in samples() if not sample.is_good]
MOST_FALSE_ALARMS = 1 / 5
PHRASES = [phrase.replace("*", "rain") for rule in BOOK.rules if isinstance(rule.check, Words) for phrase in rule.check.phrases]
FRAGMENTS = [
    *PHRASES, *(name for term in BOOK.vocabulary.terms for name in term.names),
    "0–4 s", "4-12 s:", "[00:00-00:05]", "Shot 2:", "cut to", "“Come in.”", '"', "“", "15-second video", "4K", "9:16", "1:1",
    "vertical video", "the", "the the", "a", "An", ".", ", ", "\n", "\n\n", "\r\n", "Camera: static", "Style", "MARA: Wait.",
    "walks", "turns", "镜头缓慢推进", "لقطة واسعة", "🚢", "İ", "ß", "\u200b", "  ", "'", "*", "{found}", "{", "%s", "\0",
]  # fmt: skip
CONTEXTS = list({repr(sample.context): sample.context for sample in samples()}.values())
texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(" ".join),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)), max_size=25).map("".join),
    st.text(max_size=300),
)


def hints(sample: Sample) -> list[Hint]:
    return hints_of(sample.text, sample.context, BOOK)


def test_there_are_samples_of_every_kind() -> None:
    assert len(samples()) >= 200
    assert len(GOOD) >= 100
    assert len(BAD) >= 100
    assert len({sample.text for sample in samples()}) == len(samples())


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.name)
def test_a_bad_sample_fires_the_rules_that_it_names(sample: Sample) -> None:
    assert sample.rules <= {hint.rule for hint in hints(sample)}


def test_every_rule_has_two_samples() -> None:
    fired = Counter(rule for sample in BAD for rule in sample.rules)
    assert not fired.keys() - RULES.keys()
    assert {rule: fired[rule] for rule in RULES if fired[rule] < 2} == {}


def test_good_samples_have_hardly_any_false_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    alarms = [(sample.name, hint.rule, hint.message) for sample in GOOD for hint in hints(sample)]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(alarms)} false alarms in {len(GOOD)} good prompts: {5 * len(alarms) / len(GOOD):.2f} in five\n"
        )
    assert len(alarms) < MOST_FALSE_ALARMS * len(GOOD), alarms


def test_other_languages_are_left_alone() -> None:
    assert [hint for sample in GOOD if sample.name.startswith("good-languages") for hint in hints(sample)] == []


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.name)
def test_a_fix_removes_its_hint(sample: Sample) -> None:
    for hint in hints(sample):
        if hint.fix is not None:
            assert_fixed(sample.text, hint, sample.context)


@pytest.mark.parametrize("rule", [rule for rule in BOOK.rules if isinstance(rule.check, Words)], ids=lambda rule: rule.id)
def test_every_phrase_is_found_and_mended(rule: Rule) -> None:
    assert isinstance(rule.check, Words)
    context = next((sample.context for sample in BAD if rule.id in sample.rules), PromptContext())
    for phrase, wording in rule.check.phrases.items():
        text = f"Wide shot of a {phrase.replace('*', 'rain')} harbour at dusk."
        hint, *others = [hint for hint in hints_of(text, context, BOOK) if hint.rule == rule.id] or [None]
        if wording.is_fine:
            assert hint is None
            continue
        assert hint is not None, phrase
        assert not others
        assert (hint.fix is not None) == (wording.instead is not None)
        if hint.fix is not None:
            assert_fixed(text, hint, context)


@settings(max_examples=10_000 // every(33), deadline=None)
@given(texts, st.sampled_from(CONTEXTS))
def test_no_text_raises_and_every_fix_within_it_works(text: str, context: PromptContext) -> None:
    for hint in hints_of(text, context, BOOK):
        assert 0 <= hint.start <= hint.end <= len(text)
        assert hint.message.strip()
        assert hint.why
        assert hint.source
        if hint.fix is not None:
            assert 0 <= hint.fix.start <= hint.fix.end <= len(text)
            assert_fixed(text, hint, context)


def assert_fixed(text: str, hint: Hint, context: PromptContext) -> None:
    assert hint.fix is not None
    mended = hint.fix.applied(text)
    before = [other for other in hints_of(text, context, BOOK) if other.rule == hint.rule]
    after = [other for other in hints_of(mended, context, BOOK) if other.rule == hint.rule]
    assert len(after) < len(before), (hint, mended, after)
