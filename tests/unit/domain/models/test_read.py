"""A profile is read exactly, or refused with its line and a sentence; nothing else happens, whatever the file contains."""

import hashlib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.read import MAX_PROFILE_CHARS, read
from sora_studio.domain.models.toml_file import MAX_NESTING
from tests.doubles.models import DAMAGES, HARBOUR, KEPT_PROMISES, damaged, outcome, refusal_of, shipped_models, shipped_texts

LONGEST_S = 5.0


@pytest.mark.parametrize("slug", shipped_texts())
def test_a_shipped_profile_is_read_and_says_where_it_comes_from(slug: str) -> None:
    profile = shipped_models()[slug]
    assert profile.slug == slug
    assert profile.source is not None
    assert profile.source.url.startswith("https://")
    assert profile.digest == hashlib.sha256(shipped_texts()[slug].encode()).hexdigest()


def test_every_successor_is_a_shipped_model() -> None:
    for profile in shipped_models().values():
        assert set(profile.successors) <= set(shipped_models()) - {profile.slug}


@pytest.mark.parametrize("schema", ["0", "3", "12"])
def test_another_schema_is_refused(schema: str) -> None:
    text = HARBOUR.replace("schema     = 2", f"# first a comment\nschema = {schema}")
    assert refusal_of(text) == (2, f"This program reads the schemas 1 and 2; the file has schema {schema}.")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1\nb = x\n", 2, "Invalid value."),
        ("a = 1\na = 2\n", 2, "Cannot overwrite a value."),
        ("a = 1\nb = '", 2, 'Expected "\'".'),
        ("# a\u2028b\x85c\nb = '''\n", 2, "Expected \"'''\"."),
        ("a = 1\n", 0, "The key 'schema' is missing."),
        ("", 0, "The key 'schema' is missing."),
        (f"a = {'9' * 5_000}", 0, "It cannot be read as TOML."),
        (f"a = {'[' * 5_000}", 0, "It cannot be read as TOML."),
        ("#" * (MAX_PROFILE_CHARS + 1), 0, "It is longer than 100,000 characters and cannot be a profile."),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_profile_is_refused_where_it_ends_to_be_one(text: str, line: int, reason: str) -> None:
    assert refusal_of(text) == (line, reason)


@pytest.mark.parametrize(
    "text",
    [f"a{'.a' * 3_000} = 1", f"[a{'.a' * 3_000}]\nb = 1", f"a = {'[' * 50}{']' * 50}", f"a = {'{ b = ' * 50}1{' }' * 50}"],
    ids=["dotted key", "header", "lists", "tables"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert refusal_of(f"{HARBOUR}\n{text}\n") == (0, f"Its tables are nested more than {MAX_NESTING} deep.")


@pytest.mark.parametrize(
    "values",
    [
        ",".join(map(str, range(12_000))),
        ",".join(f"{{value={n}}}" for n in range(6_000)),
        ",".join("[]" for _ in range(20_000)),
    ],
    ids=["numbers", "tables", "lists"],
)
def test_a_long_list_does_not_stall_the_start(values: str) -> None:
    text = HARBOUR.replace('["720p", "1080p"]', f"[{values}]", 1)
    began = time.perf_counter()
    with pytest.raises(ProfileError):
        read(text, "mine.toml")
    assert time.perf_counter() - began < LONGEST_S


@pytest.mark.parametrize("key", ['"a\\nb"', '"a\\u0000b"', '"\\u2028"'])
def test_a_reason_is_one_line_whatever_it_quotes(key: str) -> None:
    for addition in (f"[[rule]]\nsay = 'x'\nwhen = {{}}\nallow = {{ {key} = {{ min = 1 }} }}", f"[limits]\n{key} = 1"):
        line, reason = refusal_of(f"{HARBOUR}{addition}\n")
        assert line > HARBOUR.count("\n")
        assert reason.isprintable()


@pytest.mark.parametrize("text", ["\ufeffschema = 1", "\0", "a = \ud800", "schema = 1\na = [\n" + "1,\n" * 33_000 + "]\n"])
def test_no_text_escapes_as_another_error(text: str) -> None:
    assert refusal_of(text)[1].endswith(".")


@given(slug=st.sampled_from(sorted(shipped_texts())), way=st.sampled_from(DAMAGES), seed=st.integers(0, 10**9))
def test_a_damaged_profile_is_read_or_refused(slug: str, way: object, seed: int) -> None:
    text = damaged(shipped_texts()[slug], random.Random(seed), [damage for damage in DAMAGES if damage is way])
    assert outcome(text) in KEPT_PROMISES


@given(before=st.text(max_size=30), after=st.text(max_size=30), place=st.integers(0, len(HARBOUR)))
def test_any_text_within_a_profile_is_read_or_refused(before: str, after: str, place: int) -> None:
    assert outcome(f"{HARBOUR[:place]}{before}{after}{HARBOUR[place:]}") in KEPT_PROMISES
    assert outcome(before + after) in KEPT_PROMISES
