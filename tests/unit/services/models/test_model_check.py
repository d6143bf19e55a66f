"""What the service publishes is compared with what is installed; proposals are saved, and nothing is installed."""

import asyncio
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sora_studio.domain.models.model_index import PublishedModels, SchemaFile, read_index
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import read
from sora_studio.services.models.model_check import Change, ModelCheck, ModelReport, Remark
from sora_studio.storage.proposals import save_proposal
from tests.doubles.models import HARBOUR, shipped_models
from tests.doubles.published import alternatives, simulated

BASE = "https://service.example/docs"


def _check(
    folder: Path, schemas: Mapping[str, Any], profiles: Mapping[str, ModelProfile], troubles: Mapping[str, str] | None = None
) -> ModelReport:
    entries = [{"model_id": slug, "title": slug.title(), "category": "video"} for slug in schemas]
    index = read_index({"models": entries}, BASE)
    assert index
    files = {slug: SchemaFile(f"{BASE}/{slug}.json", json.dumps(schema).encode(), schema) for slug, schema in schemas.items()}
    files |= {slug: SchemaFile(BASE, trouble=trouble) for slug, trouble in (troubles or {}).items()}

    async def fetch() -> PublishedModels:
        return PublishedModels(index, files)

    check = ModelCheck(
        fetch=fetch,
        profiles=profiles,
        save=lambda slug, raw, text: save_proposal(folder, slug, raw, text),
        today=lambda: date(2026, 11, 29),
    )
    return asyncio.run(check.check())


def _installed(*slugs: str) -> dict[str, ModelProfile]:
    return {slug: shipped_models()[slug] for slug in slugs}


def test_nothing_is_told_or_saved_when_all_is_as_known(tmp_path: Path) -> None:
    slugs = ("vidu-q3", "grok-video")
    report = _check(tmp_path, {slug: simulated(slug) for slug in slugs}, _installed(*slugs))
    assert report == ModelReport((), ())
    assert list(tmp_path.iterdir()) == []


def test_a_new_model_comes_with_a_proposal_and_its_schema(tmp_path: Path) -> None:
    schema = simulated("vidu-q3")
    (change,) = _check(tmp_path, {"vidu-q3": schema}, {}).changes
    assert (change.slug, change.title, change.change, change.differences) == ("vidu-q3", "Vidu-Q3", Change.NEW, ())
    assert change.proposal
    assert change.schema
    assert change.proposal.name == "vidu-q3.toml"
    assert read(change.proposal.read_text(encoding="utf-8"), change.proposal.name).slug == "vidu-q3"
    assert json.loads(change.schema.read_bytes()) == schema


def test_a_changed_model_is_told_with_its_differences(tmp_path: Path) -> None:
    schema = simulated("vidu-q3")
    for mode in alternatives(schema):
        mode["properties"]["duration"]["maximum"] = 20
    (change,) = _check(tmp_path, {"vidu-q3": schema}, _installed("vidu-q3")).changes
    assert (change.title, change.change) == ("Vidu Q3", Change.CHANGED)
    assert change.differences == ("duration is at most 20 instead of 16.",)
    assert change.proposal


def test_a_model_that_is_not_listed_is_gone_unless_that_is_known(tmp_path: Path) -> None:
    gone = read(HARBOUR.replace('"current"', '"gone"'), "harbour-1.toml")
    installed = {**_installed("vidu-q3", "grok-video"), "harbour-1": gone}
    (change,) = _check(tmp_path, {"vidu-q3": simulated("vidu-q3")}, installed).changes
    assert (change.slug, change.change, change.proposal) == ("grok-video", Change.GONE, None)


def test_a_model_that_came_back_is_told(tmp_path: Path) -> None:
    gone = read(HARBOUR.replace('"current"', '"gone"'), "harbour-1.toml")
    (change,) = _check(tmp_path, {"harbour-1": simulated("vidu-q3")}, {"harbour-1": gone}).changes
    assert change.differences[0] == "It is offered again."


def test_a_new_model_without_certain_modes_keeps_its_schema_only(tmp_path: Path) -> None:
    (change,) = _check(tmp_path, {"harbour-2": {"properties": {"mode": {"type": "string"}}}}, {}).changes
    assert change.proposal is None
    assert change.differences == ("The modes are not certain: the values of mode are not listed.",)
    assert change.schema
    assert [path.name for path in change.schema.parent.iterdir()] == ["schema.json"]


def test_a_schema_that_could_not_be_read_is_a_remark_or_a_reason(tmp_path: Path) -> None:
    troubles = {"vidu-q3": "The schema is not JSON.", "harbour-2": "The schema is not there."}
    report = _check(tmp_path, dict.fromkeys(troubles), _installed("vidu-q3"), troubles)
    (change,) = report.changes
    assert (change.slug, change.differences) == ("harbour-2", ("The schema is not there.",))
    assert report.remarks == (Remark("The schema is not JSON.", "vidu-q3"),)
    assert str(report.remarks[0]) == "vidu-q3: The schema is not JSON."


def test_what_the_user_edited_in_a_proposal_stays(tmp_path: Path) -> None:
    (first,) = _check(tmp_path, {"vidu-q3": simulated("vidu-q3")}, {}).changes
    assert first.proposal
    first.proposal.write_text("# mine", encoding="utf-8")
    (again,) = _check(tmp_path, {"vidu-q3": simulated("vidu-q3")}, {}).changes
    assert again == first
    assert first.proposal.read_text(encoding="utf-8") == "# mine"
    newer = simulated("vidu-q3")
    alternatives(newer).pop()
    (other,) = _check(tmp_path, {"vidu-q3": newer}, {}).changes
    assert other.proposal
    assert other.proposal != first.proposal
