"""Names of files are safe on every system, whatever stands in a prompt or a template."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.naming import DEFAULT_TEMPLATE, MAX_NAME_BYTES, check_template, clip_stem, safe_name

AT = datetime(2026, 11, 22, 18, 5, 9, tzinfo=UTC)
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    "conin$",
    "conout$",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"),
}
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


def assert_safe(name: str) -> None:
    assert name
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(character)[0] != "C" for character in name)
    assert name == name.strip(" .")
    assert not name.startswith(("-", "."))
    assert name.split(".", maxsplit=1)[0].strip().casefold() not in RESERVED


@given(ANY_TEXT)
def test_any_text_becomes_a_safe_name(text: str) -> None:
    assert_safe(safe_name(text))


@given(st.sampled_from(sorted(RESERVED)), st.sampled_from(["", ".txt", " .x", ".é" * 70, " ", "..", "-"]), st.booleans())
def test_reserved_names_are_never_made(name: str, ending: str, upper: bool) -> None:
    text = f"{name}{ending}"
    assert_safe(safe_name(text.upper() if upper else text))


@given(st.integers(5, 20), st.sampled_from(["con", "nul", "aux"]))
def test_a_name_that_is_cut_down_to_a_reserved_one_is_not_used(limit: int, name: str) -> None:
    assert safe_name(f"{name}{'.' * 30}x", limit=limit).casefold() != name


@given(
    st.lists(
        st.sampled_from(["{date}", "{time}", "{slug}", "{id}", "{model}", "{take}", " ", "-", "ä", "/", "..", "con"]),
        max_size=9,
    ),
    ANY_TEXT,
    st.integers(1, 10**12),
    st.integers(0, 9),
    st.sampled_from(["sora-2", "m" * 64]),
)
def test_a_clips_name_is_safe_and_tells_tasks_apart(parts: list[str], prompt: str, task: int, index: int, model: str) -> None:
    template = check_template("".join([*parts, "{id}"]))

    def stem(task: int, index: int) -> str:
        return clip_stem(template, local_time=AT, prompt=prompt, task=task, take=2, model=model, index=index)

    assert_safe(stem(task, index))
    assert str(task) in stem(task, index)
    assert len({stem(task, 0), stem(task, 1), stem(task + 1, 0)}) == 3


def test_the_default_template_reads_well() -> None:
    stem = clip_stem(DEFAULT_TEMPLATE, local_time=AT, prompt="A cat, on the Moon!", task=12, take=1, model="sora-2")
    assert stem == "2026-11-22 a-cat-on-the-moon 12"


def test_a_tasks_further_clips_are_counted() -> None:
    stems = [clip_stem("{id}", local_time=AT, prompt="x", task=7, take=1, model="m", index=index) for index in range(3)]
    assert stems == ["7", "7-2", "7-3"]


def test_a_long_name_gives_up_its_words_first() -> None:
    stem = clip_stem("{model} {slug} {id}", local_time=AT, prompt="雪" * 40, task=123, take=1, model="m" * 64)
    assert re.fullmatch(r"m{64} 雪{10,} 123", stem)


def test_a_template_from_elsewhere_that_is_too_long_keeps_the_id() -> None:
    stem = clip_stem("x" * 300 + "{id}", local_time=AT, prompt="p", task=123, take=1, model="m", index=1)
    assert stem.endswith(" 123-2")
    assert_safe(stem)


@pytest.mark.parametrize(
    ("template", "word"),
    [("{slug}", "{id}"), ("{id} {name}", "{name}"), ("{}{id}", "{}"), ("x" * 41 + "{id}", "long"), ("", "{id}")],
)
def test_a_template_that_cannot_name_clips_is_refused(template: str, word: str) -> None:
    with pytest.raises(InvalidSetting, match=re.escape(word)):
        check_template(template)
