"""The picker's order, rows and details as words."""

from dataclasses import replace
from datetime import date

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.record import ModelRecord
from sora_studio.viewmodels.compose.models.picker_details import NOTHING_CHANGES, details_of
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.compose.models.picker_order import families
from sora_studio.viewmodels.compose.models.picker_words import full_time, own_counts, row_words, short_time, spoken
from tests.doubles.models import shipped_models

DRAFT = Draft("A ferryman coils a wet rope.", "text-to-video", {"duration": 10})
RECORD = ModelRecord(31, 29, 2, usual_s=(130, 185), price_usd=0.42, price_range_usd=(0.4, 0.45), measured=29)


def facts(current: str = "kling-2-6", *favourites: str, **models: ModelProfile) -> PickerFacts:
    profiles = {**shipped_models(), **models}
    return PickerFacts(profiles, current, DRAFT, date(2026, 11, 28), favourites, {"seedance-2-0": RECORD})


def test_the_drafts_family_comes_first_then_favourites_and_what_is_ending_last() -> None:
    order = [title for title, _ in families(facts("kling-2-6", "veo-3-1", "sora-2"))]
    assert order[:3] == ["kling", "veo", "grok"]
    assert order[-1] == "sora"
    assert next(title for title, _ in families(facts("sora-2"))) == "sora"
    unnamed = replace(shipped_models()["veo-3-1"], slug="mine", family="")
    assert "Others" in [title for title, _ in families(facts(mine=unnamed))]


def test_a_family_begins_with_its_favourites_and_then_with_the_newest() -> None:
    models = dict(families(facts("veo-3-1", "kling-2-1")))
    assert [model.title for model in models["kling"]] == ["Kling 2.1", "Kling 3.0 Standard", "Kling 2.6", "Kling 2.5 Turbo Pro"]


def test_a_row_is_spoken_whole() -> None:
    given = facts()
    row = row_words(given.profiles["seedance-2-0"], given)
    assert spoken(row, is_favourite=True) == (
        "Seedance 2.0, favourite, 4–15 s, 1080p, sound, 9 references, price about $0.42, usual time 2:10"
    )
    current = row_words(given.profiles["kling-2-6"], given)
    assert spoken(current, is_favourite=False).startswith("Kling 2.6, this draft's model, 5 or 10 s")
    assert spoken(current, is_favourite=False).endswith("price not known, usual time not known")
    ending = row_words(given.profiles["sora-2"], given)
    assert spoken(ending, is_favourite=False) == (
        "Sora 2, 10 or 15 s, may have ended on 24 Sept 2026, price $0.10 to $0.15, usual time 3:00 to 6:00"
    )


def test_times_are_measured_or_stated_or_not_known() -> None:
    models = shipped_models()
    assert (short_time(models["veo-3-1"], RECORD), full_time(models["veo-3-1"], RECORD)) == (
        "2:10",
        "2:10, nearly always under 3:05",
    )
    assert (short_time(models["veo-3-1"], None), full_time(models["veo-3-1"], None)) == ("2:00", "about 2:00")
    assert (short_time(models["sora-2"], None), full_time(models["sora-2"], None)) == ("3:00–6:00", "3:00 to 6:00")
    assert (short_time(models["kling-2-6"], None), full_time(models["kling-2-6"], None)) == ("–", "not known")


def test_own_clips_are_counted() -> None:
    assert own_counts(RECORD) == "31 clips · 29 ready · 2 refused"
    assert own_counts(ModelRecord(1, 1, 0)) == "1 clip · 1 ready"
    assert own_counts(ModelRecord(0, 0, 0)) == own_counts(None) == "none yet"


def test_details_have_facts_and_own_figures() -> None:
    details = details_of("seedance-2-0", facts())
    rows = dict(details.rows)
    assert list(rows) == ["Length", "Resolution", "Shape", "Pictures", "Films, sounds", "Yours", "Usual time", "Price"]
    assert rows["Price"] == "≈ $0.42 (0.40–0.45, 29 measured)"
    assert (details.can_use, details.can_try_beside) == (True, True)
    assert dict(details_of("veo-3-1", facts()).rows)["Price"] == "$0.20 or $1.50; this draft $0.20"


def test_a_model_that_changes_nothing_says_so() -> None:
    twin = replace(shipped_models()["kling-2-6"], slug="twin", title="Kling Twin")
    details = details_of("twin", facts(twin=twin))
    assert (details.changes, details.remark) == ((), NOTHING_CHANGES)
    own = details_of("kling-2-6", facts())
    assert (own.can_use, own.can_try_beside, own.changes) == (True, False, ())


def test_a_model_that_is_gone_cannot_be_chosen_and_names_similar_ones() -> None:
    gone = replace(shipped_models()["sora-2"], status=Status.GONE)
    details = details_of("sora-2", facts(**{"sora-2": gone}))
    assert (details.can_use, details.can_try_beside, details.changes) == (False, False, ())
    assert details.warning == "No longer offered. Similar: Seedance 2.0, Veo 3.1 or Kling 3.0 Standard."


def test_a_draft_of_a_missing_model_starts_with_the_others_options() -> None:
    given = facts("lost-1")
    assert given.current_title == "lost-1"
    details = details_of("kling-2-6", given)
    assert [(change.say, change.why) for change in details.changes] == [
        ("Options start as Kling 2.6 sets them.", "The profile of lost-1 is missing.")
    ]
    assert given.preview("kling-2-6").draft.prompt == DRAFT.prompt
