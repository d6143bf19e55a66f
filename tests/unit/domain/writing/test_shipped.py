"""What ships agrees with the help page, with the models, and with itself."""

import re

import pytest

from sora_studio.domain.writing.rule_tables import read_rules
from sora_studio.domain.writing.rules import Rule
from sora_studio.domain.writing.term_tables import read_terms
from sora_studio.paths import resources_dir
from tests.unit.domain.writing.sample_prompts import profile, prompt_files

RULES = prompt_files().rules
PAGE = (resources_dir() / "help" / "writing.md").read_text(encoding="utf-8")
MODELS = [profile(path.stem) for path in (resources_dir() / "models").glob("*.toml")]


def test_the_examples_of_the_help_page_can_be_read() -> None:
    terms, rules = re.findall(r"```\n(schema.*?)```", PAGE, re.DOTALL)
    assert [term.words for term in read_terms(terms, "help")] == ["sodium dusk", "snail push"]
    assert [rule.id for rule in read_rules(rules, "help")] == ["house-words"]


def test_the_help_page_names_every_rule_for_all_models() -> None:
    general = {rule.id for rule in RULES if not rule.models and not rule.when.equal and not rule.when.has}
    assert {rule for rule in general if f"`{rule}`" not in PAGE} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_in_short_sentences(rule: Rule) -> None:
    assert rule.why.endswith(".")
    assert rule.source.endswith(".")
    assert len(rule.why) <= 200
    assert len(rule.message) <= 100


def test_rules_name_models_options_and_rules_that_exist() -> None:
    names = {name for model in MODELS for name in (model.slug, model.family)}
    meanings = {option.meaning for model in MODELS for option in model.options} | {"kind"}
    assert {name for rule in RULES for name in rule.models} <= names
    assert {name for rule in RULES for name in (*rule.when.equal, *rule.when.has)} <= meanings
    assert {name for rule in RULES for name in rule.instead_of} <= {rule.id for rule in RULES}
