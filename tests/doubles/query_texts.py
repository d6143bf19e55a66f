"""Texts for the search box: such as people type, half typed ones, and anything else."""

from hypothesis import strategies as st

_NUMBERS = ("0", "3", "5", "9", "12", "0.5", "0.25", "15", "8..12", "12..8", "1..", "", "x")
_DAYS = ("2026", "2026-11", "2026-11-29", "2026-13", "2026-02-30", "0000", "9999-12-31", "today", "Yesterday", "2026-1", "")
_NAMES = ("sora", "night market", "none", "None", "hero", 'a"b', "", "東京", "CONTENT", "text-to-video")
_STATES = (
    "stale", "seen", "unseen", "kept", "rejected", "failed", "ready", "running", "waiting", "expiring", "missing", "hidden",
    "trashed", "continued", "Kept", "odd", "",
)  # fmt: skip
_BARE = st.sampled_from(
    [
        "red",
        "fo",
        "FOX",
        "50%",
        "_",
        "'",
        "*",
        "京",
        "東京",
        "❤",
        "or",
        "OR",
        "kept",
        "Rejected",
        "-",
        "--",
        '"',
        "#12",
        "#",
        "a:b",
        "stars",
        "stars:",
        "mode",
        "in:trash",
        "in:hidden",
        "in:",
        "sort:stars",
        "sort:oldest",
        "sort:cost",
        "sort:duration",
        "sort:",
        "12",
        "1",
    ]
)


def _quoted(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, f'"{text}"', f'"{text}', f'"{text.replace(chr(34), chr(34) * 2)}"'])


_TEXT = st.one_of(st.sampled_from(_NAMES), st.text(st.characters(exclude_categories=()), max_size=6))
_RELATIONS = st.sampled_from(["", "=", "<", ">", "<=", ">=", "≥", "=="])
_FILTERS = st.one_of(
    st.builds("{}:{}{}".format, st.sampled_from(["stars", "cost", "dur", "Dur"]), _RELATIONS, st.sampled_from(_NUMBERS)),
    st.builds("{}:{}".format, st.sampled_from(["before", "after", "on"]), st.sampled_from(_DAYS)),
    st.builds("{}:{}".format, st.sampled_from(["model", "mode", "project", "tag", "fail", "TAG"]), _TEXT.flatmap(_quoted)),
    st.builds("is:{}".format, st.sampled_from(_STATES)),
    st.builds("has:{}".format, st.sampled_from(["note", "tag", "file", "parent", "x", ""])),
    st.builds("shape:{}".format, st.sampled_from(["portrait", "landscape", "Square", ""])),
    st.builds("id:{}".format, st.sampled_from(["1", "12", "task_ab", "", "99999999999999999999"])),
)
_ITEMS = st.builds("{}{}".format, st.sampled_from(["", "", "", "-"]), st.one_of(_BARE, _FILTERS, _TEXT.flatmap(_quoted)))
_SEPARATORS = st.sampled_from([" ", " ", "  ", " OR ", "\t", "\u3000", ""])

QUERY_TEXTS = st.one_of(
    st.lists(st.builds("{}{}".format, _ITEMS, _SEPARATORS), max_size=6).map("".join),
    st.text(st.sampled_from("ab \"'-:#OR\u200b\tstars=>1.tagin東*%"), max_size=20),
    st.text(st.characters(exclude_categories=()), max_size=30),
)
