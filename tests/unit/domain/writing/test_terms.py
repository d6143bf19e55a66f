import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.terms import Term, TermKind, Vocabulary, kind_named, with_own
from tests.unit.domain.writing.sample_prompts import prompt_files

VOCABULARY = prompt_files().vocabulary
MOVE = TermKind.CAMERA_MOVE


def words(text: str, vocabulary: Vocabulary = VOCABULARY) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.term.words) for span in vocabulary.find(text)]


def test_there_are_enough_terms_of_every_kind() -> None:
    assert len(VOCABULARY.terms) >= 300
    assert min(len(VOCABULARY.of_kind(kind)) for kind in TermKind) >= 20


def test_no_name_belongs_to_two_terms() -> None:
    names = [name.casefold().replace("-", " ") for term in VOCABULARY.terms for name in term.names]
    assert sorted(names) == sorted(set(names))


def test_glosses_are_short() -> None:
    assert [term.words for term in VOCABULARY.terms if not 3 <= len(term.gloss) <= 60 or term.gloss.endswith(".")] == []


@pytest.mark.parametrize(
    "text",
    [
        "Dolly in",
        "dolly-in",
        "DOLLIES IN",
        "the camera dollied in",
        "dollying in",
        "it dollies slowly in",
        "pushes in",
        "push-in",
    ],
)
def test_case_hyphens_and_inflections_are_recognised(text: str) -> None:
    assert [term for _, term in words(text)] == ["dolly in"]


def test_the_longest_match_wins_and_none_overlap() -> None:
    assert words("A slow dolly-in, then a dolly zoom at golden hour.") == [
        ("slow dolly-in", "slow dolly in"),
        ("dolly zoom", "dolly zoom"),
        ("golden hour", "golden hour"),
    ]


@pytest.mark.parametrize("text", ["", "melodolly in", "dolly. In the end", "dolly\nin", "doll yin", "panorama"])
def test_parts_of_words_and_words_of_two_sentences_are_not_terms(text: str) -> None:
    assert MOVE not in {span.term.kind for span in VOCABULARY.find(text)}


def test_places_are_characters_even_behind_emoji_and_letters_that_grow_in_lower_case() -> None:
    text = "🚢🚢 İstanbul, ẞ: golden hour"
    (span,) = VOCABULARY.find(text)
    assert text[span.start : span.end] == "golden hour"


@given(
    st.lists(st.sampled_from([*(name for term in VOCABULARY.terms for name in term.names), "x", ".", "\n", "İ"])).map(" ".join)
)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    end = 0
    for span in VOCABULARY.find(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@given(st.sampled_from(VOCABULARY.terms))
def test_every_name_is_found_as_its_own_term(term: Term) -> None:
    assert [[found for _, found in words(f"x {name} x")] for name in term.names] == [[term.words]] * len(term.names)


def test_search_takes_beginnings_and_puts_the_terms_own_words_first() -> None:
    found = [term.words for term in VOCABULARY.search("gold h")]
    assert found[0] == "golden hour"
    assert [term.words for term in VOCABULARY.search("push")][:1] == ["dolly in"]
    assert "lamplight" in [term.words for term in VOCABULARY.search("lant gl")]
    assert VOCABULARY.search("zzz") == VOCABULARY.search("!?") == []
    assert VOCABULARY.search(" ") == list(VOCABULARY.terms)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("camera-move", MOVE), ("Camera move", MOVE), ("camera", MOVE), ("color", TermKind.COLOUR), ("grade", TermKind.COLOUR)]
    + [(kind.heading, kind) for kind in TermKind],
)
def test_a_kind_may_be_named_as_people_name_it(name: str, kind: TermKind) -> None:
    assert kind_named(name) is kind


@pytest.mark.parametrize("name", ["", " ", "x", "camera x"])
def test_other_words_name_no_kind(name: str) -> None:
    assert kind_named(name) is None


def test_own_terms_replace_shipped_ones_and_take_their_names() -> None:
    shipped = [
        Term(MOVE, "dolly in", "closer", ("push in", "track in")),
        Term(MOVE, "pan left", "turns"),
        Term(MOVE, "arc", "round"),
    ]
    own = [Term(MOVE, "Push-in", "mine"), Term(TermKind.MOOD, "pan left", "a mood"), Term(MOVE, "wobble", "new", ("arc",))]
    vocabulary = Vocabulary(with_own(shipped, own))
    assert [(term.words, term.gloss, term.also) for term in vocabulary.terms] == [
        ("dolly in", "closer", ("track in",)),
        ("Push-in", "mine", ()),
        ("wobble", "new", ("arc",)),
        ("pan left", "a mood", ()),
    ]
