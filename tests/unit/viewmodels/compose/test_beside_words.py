"""What the panel for several models says of each of them, and of all together."""

from dataclasses import replace
from datetime import date

from sora_studio.domain.beside import BesideEntry, beside, carried
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.request import GenerationRequest
from sora_studio.viewmodels.compose.models.beside_words import (
    facts_of,
    generate_words,
    row_of,
    spoken,
    summary,
    total_words,
)
from tests.doubles.models import shipped_models

TODAY = date(2026, 11, 28)
REQUEST = GenerationRequest("sora-2", "A ferry.", {"duration": 15, "aspect_ratio": "landscape"}, mode="text-to-video")


def entries(request: GenerationRequest, *slugs: str) -> list[BesideEntry]:
    models = shipped_models()
    source = models[request.model]
    return beside(request, source, [models[slug] for slug in slugs], lambda target: carried(request, source, target))


def facts(entry: BesideEntry, first: BesideEntry) -> list[tuple[str, bool]]:
    return [(fact.words, fact.differs) for fact in facts_of(entry, first)]


def test_what_differs_is_told_by_meaning_not_by_the_models_words() -> None:
    sora, kling, wan = entries(REQUEST, "kling-3-0-std", "wan-2-5")
    assert facts(sora, sora) == [("15 s", False), ("Landscape", False)]
    assert facts(kling, sora) == [("15 s", False), ("16:9", False), ("Sound: Off", True)]
    assert facts(wan, sora)[:2] == [("10 s", True), ("720p", True)]


def test_options_behind_the_form_are_told_once_they_are_chosen() -> None:
    options = {"duration": 15, "remove_watermark": False}
    sora, kling = entries(replace(REQUEST, options=options, route="value"), "kling-3-0-std")
    assert facts(sora, sora) == [("15 s", False), ("Landscape", False), ("Watermark: Kept", False), ("Route value", False)]
    assert "Route: Kling 3.0 Standard has no route value." in kling.notes


def test_a_row_says_what_changes_what_it_costs_and_when_the_model_ends() -> None:
    sora, veo = entries(REQUEST, "veo-3-1")
    first = row_of(sora, sora, [], price=None, takes=1, today=TODAY)
    assert first.notes == ("May have ended on 24 Sept 2026.",)
    assert (first.is_current, first.mode, first.clips) == (True, "Text to video", "")
    row = row_of(veo, sora, [], price=PriceEstimate(0.2, 0.2, 0.2), takes=3, today=TODAY)
    assert (row.title, row.price, row.clips) == ("Veo 3.1", "$0.60", "3 clips")
    assert "Duration: 15 s has no place in Veo 3.1, Text to video, fast." in row.notes
    assert spoken(row).startswith("Veo 3.1, Text to video, fast. 16:9. Mode: Text to video becomes")
    assert spoken(row).endswith("Price $0.60. 3 clips.")


def test_a_refused_row_says_why_and_has_no_price() -> None:
    sora, kling = entries(REQUEST, "kling-2-6")
    row = row_of(kling, sora, ["Choose Sound first.", "Choose Sound first."], price=None, takes=2, today=TODAY)
    assert (row.refusals, row.price, row.clips) == (("Choose Sound first.",), "", "")
    assert "Choose Sound first. " in spoken(row)
    assert spoken(row).endswith("Not sent.")


def test_a_total_is_never_more_certain_than_its_parts() -> None:
    half, fifth = PriceEstimate(0.5, 0.5, 0.5), PriceEstimate(0.2, 0.2, 0.2)
    assert total_words([(half, 2), (fifth, 2)]) == "≈ $1.40"
    assert total_words([(PriceEstimate(0.55, 0.5, 0.6), 1), (fifth, 1)]) == "≈ $0.70–0.80"
    assert total_words([(PriceEstimate(0.42, 0.4, 0.45, measured=29), 1), (fifth, 1)]) == "≈ $0.62"
    assert total_words([(half, 1), (None, 1)]) == "≈ $0.50 or more"
    assert total_words([(None, 1), (None, 2)]) == ""


def test_the_button_and_the_line_beside_it_say_how_many_are_sent() -> None:
    assert generate_words(3, "≈ $1.20", online=True) == "Generate 3 · ≈ $1.20"
    assert generate_words(3, "", online=False) == "Queue 3 for later"
    assert summary(3, 0, 6, "≈ $1.20") == "3 models · 6 clips"
    assert summary(3, 2, 1, "") == "1 of 3 models · 1 clip · price not known"
    assert summary(2, 2, 0, "") == "None of these can be sent."
