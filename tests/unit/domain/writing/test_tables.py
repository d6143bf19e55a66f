"""What the readers of vocabulary and rules refuse, with file and line."""

import pytest

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.rule_tables import read_rules
from sora_studio.domain.writing.rules import Words
from sora_studio.domain.writing.term_tables import read_terms
from sora_studio.domain.writing.terms import Term, TermKind

RULE = """schema = 1
[[rule]]
id = "own"
check = "words"
level = "warning"
message = "“{found}”"
why = "Because."
source = "Me."
words = { "foo" = {} }
"""


def term_refusal(text: str) -> tuple[int, str]:
    with pytest.raises(ProfileError) as refused:
        read_terms(text, "own.toml")
    assert refused.value.sentence.startswith("own.toml")
    return refused.value.line, refused.value.reason


def rule_refusal(text: str) -> tuple[int, str]:
    with pytest.raises(ProfileError) as refused:
        read_rules(text, "own.toml")
    return refused.value.line, refused.value.reason


def test_a_term_is_a_gloss_or_a_table() -> None:
    assert read_terms('schema = 1\n[light]\n"lime" = "green"\n"arc lamp" = { gloss = "hard", also = ["arc"] }', "own.toml") == (
        Term(TermKind.LIGHT, "lime", "green"),
        Term(TermKind.LIGHT, "arc lamp", "hard", ("arc",)),
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "The key 'schema' is missing."),
        ("schema = 2", 1, "reads the schema 1"),
        ("schema = 1\n[lite]\nx = 'y'", 2, "There is no kind 'lite'; there is shot-size, camera-move,"),
        ("schema = 1\nlight = 3", 2, "light must be a table"),
        ("schema = 1\n[light]\nlime = 3", 3, "lime must be a table, not a number."),
        ("schema = 1\n[light]\nlime = ''", 3, "must be one line of text"),
        ("schema = 1\n[light]\nlime = { also = ['x'] }", 3, "The key 'gloss' is missing"),
        ("schema = 1\n[light]\n'lime' = { gloss = 'x', alos = ['y'] }", 3, "The key 'alos' is not known"),
        ("schema = 1\n[light]\n'—' = 'x'", 3, "'—' is not a phrase of letters and digits."),
        ("schema = 1\n[light]\n'no *' = 'x'", 3, "'no *' is not a phrase"),
        ("schema = 1\n[light]\n'a b c d e f g h i' = 'x'", 3, "more than 8 words"),
        ("schema = 1\n[light]\n'arc-lamp' = 'x'\n'Arc lamp' = 'y'", 4, "'Arc lamp' is already a name of 'arc-lamp'."),
        ("schema = 1\n[light]\nlime", 3, "Expected"),
    ],
)
def test_a_wrong_vocabulary_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    found, reason = term_refusal(text)
    assert words in reason
    assert found == line


def test_a_rule_of_ones_own_is_read() -> None:
    (rule,) = read_rules(RULE, "own.toml")
    assert (rule.id, rule.level, rule.confidence) == ("own", "warning", 0.5)
    assert isinstance(rule.check, Words)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"own"', '"Own rule"', 3, "is not an id"),
        ('"words"', '"word"', 4, "check is 'word', which is none of words, missing,"),
        ('"warning"', '"fatal"', 5, "level is 'fatal'"),
        ("{found}", "{fund}", 6, "{fund} is not known; there is chosen, count,"),
        ("{found}", "{found!r}", 6, "{found} is not known"),
        ("{found}", "{found", 6, "brace without its partner"),
        ('why = "Because."\n', "", 2, "The key 'why' is missing"),
        ('"foo" = {}', "", 9, "at least one phrase"),
        ('"foo" = {}', '"* foo" = {}', 9, "a phrase of letters and digits that begins with a word"),
        ('"foo" = {}', '"foo" = { instead = "x", remove = true }', 9, "either removed or replaced"),
        ('"foo" = {}', '"foo" = { exmaple = "x" }', 9, "'exmaple' is not known"),
        ("words =", "confidence = 2\nwords =", 9, "at most 1"),
        ("words =", "kinds = ['light']\nwords =", 9, "'kinds' is not known"),
        ('check = "words"', 'check = "missing"', 2, "The key 'kinds' is missing"),
        ('check = "words"', 'check = "missing"\nkinds = ["lite"]', 5, "'lite' is not a kind of term"),
        ('check = "words"', 'check = "opposites"', 2, "needs at least one [[rule.pair]]"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in RULE
    found, reason = rule_refusal(RULE.replace(old, new, 1))
    assert words in reason
    assert found == line


def test_an_id_stands_once_in_a_file() -> None:
    assert rule_refusal(RULE + RULE.removeprefix("schema = 1\n")) == (11, "There is already a rule 'own' in this file.")
