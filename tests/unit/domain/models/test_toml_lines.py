"""Each key of a profile is found in its line, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.toml_lines import MAX_STATEMENT_LINES, key_lines, line_of
from tests.doubles.models import shipped_texts


def test_lines_are_found_in_every_way_to_write_a_key() -> None:
    text = 'a.b = 1\n"c d" = [\n  1,\n  2,\n]\n\ne = """\nf = 1\n[g]\n"""\n[h.i] # [j]\nk = { l = 1 }\n'
    text += "[[m]]\n[[m]]\n[m.n]\no = 1\r\n[[m.p]]\nq = 1\n"
    lines = key_lines(text)
    assert line_of(("a", "b"), lines) == 1
    assert line_of(("c d", 1), lines) == 2
    assert line_of(("e",), lines) == 7
    assert line_of(("f",), lines) == 0
    assert line_of(("h", "i", "k", "l"), lines) == 12
    assert line_of(("m", 0), lines) == 13
    assert line_of(("m", 1), lines) == 14
    assert line_of(("m", 1, "n", "o"), lines) == 16
    assert line_of(("m", 1, "p", 0, "q"), lines) == 18
    assert line_of(("m", 1, "n", "missing"), lines) == 15


def test_beyond_an_endless_statement_keys_have_no_lines() -> None:
    lines = key_lines("a = 1\nb = [\n" + "1,\n" * MAX_STATEMENT_LINES + "]\nc = 1\n")
    assert line_of(("a",), lines) == 1
    assert line_of(("c",), lines) == 0


def test_a_key_that_does_not_exist_has_the_line_of_its_table() -> None:
    lines = key_lines("[a]\nb = 1\n\n[[c]]\nd = 1\n")
    assert line_of(("a", "x"), lines) == 1
    assert line_of(("c", 0, "x", "y"), lines) == 4
    assert line_of(("x",), lines) == 0


@pytest.mark.parametrize("slug", shipped_texts())
def test_every_mode_of_a_shipped_profile_is_found(slug: str) -> None:
    text = shipped_texts()[slug]
    found, lines = key_lines(text), text.split("\n")
    tables = [number for number, line in enumerate(lines, start=1) if line.startswith("[[mode]]")]
    assert [line_of(("mode", position), found) for position in range(len(tables))] == [tables[0], *tables[1:]]
    for position, number in enumerate(tables):
        assert lines[line_of(("mode", position, "id"), found) - 1].startswith("id ")
        assert line_of(("mode", position, "id"), found) == number + 1


@given(before=st.lists(st.sampled_from(["", "# [x]", "  # a = 1"]), max_size=5), depth=st.integers(1, 4))
def test_empty_lines_and_comments_count(before: list[str], depth: int) -> None:
    names = tuple("abcd"[:depth])
    text = "\n".join([*before, f"[{'.'.join(names)}]", *before, "key = 1"])
    assert line_of((*names, "key"), key_lines(text)) == 2 * len(before) + 2
