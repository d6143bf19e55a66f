"""What the program says about models, and what it would send, without sending anything."""

import json
import re
from pathlib import Path

from PIL import Image

from sora_studio.paths import resources_dir
from sora_studio.simulator.serve import Running
from tests.doubles.models import HARBOUR
from tests.e2e.conftest import Program


def _only_reads(program: Program) -> None:
    """No key, and no data folder yet."""
    del program.environment["SORA_STUDIO_API_KEY"]
    program.environment["SORA_STUDIO_DATA_DIR"] = str(program.data.parent / "none")


def test_a_dry_run_needs_no_key_and_leaves_no_trace(program: Program, simulator: Running, tmp_path: Path) -> None:
    _only_reads(program)
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "still.png")
    ended = program.run("generate", "--dry-run", "--json", "--image", str(tmp_path / "still.png"), "-", stdin="A harbour\n")
    assert (ended.code, ended.err) == (0, "")
    (row,) = ended.rows
    assert (row["model"], row["provider"]) == ("sora-2", "auto")
    assert row["input"] == {
        "mode": "image-to-video",
        "prompt": "A harbour",
        "duration": 10,
        "aspect_ratio": "landscape",
        "remove_watermark": True,
        "image_urls": ["upload:still.png"],
    }
    assert simulator.state.requests == []
    assert not (tmp_path / "none").exists()


def test_a_dry_run_says_what_is_then_sent(program: Program) -> None:
    (dry,) = program.run("generate", "A harbour", "--set", "duration=15", "--dry-run", "--json").rows
    assert program.run("tasks", "--json").rows == []
    (film,) = program.generate("A harbour", "--set", "duration=15").rows[-1]["files"]
    sent = json.loads(Path(film).with_suffix(".json").read_text(encoding="utf-8"))
    assert (dry["model"], dry["provider"]) == (sent["model"], sent["route"])
    assert dry["input"] == {"mode": "text-to-video", "prompt": sent["prompt"], **sent["options"]}


def test_a_refusal_is_an_object_and_ends_with_2(program: Program) -> None:
    _only_reads(program)
    ended = program.run("generate", "", "--set", "duration=11", "--dry-run", "--json")
    assert (ended.code, ended.err) == (2, "")
    (row,) = ended.rows
    assert row["refused"] == [
        {"kind": "prompt_missing", "say": "The prompt is empty. Describe the clip first.", "field": "prompt"},
        {"kind": "option_value", "say": "Duration takes 10 s or 15 s.", "field": "duration"},
    ]


def test_models_are_listed_with_the_tasks_that_they_made(program: Program) -> None:
    assert program.generate("A harbour").code == 0
    rows = {row["slug"]: row for row in program.run("models", "--json").rows}
    assert (rows["sora-2"]["tasks"], rows["vidu-q3"]["tasks"]) == (1, 0)


def test_a_draft_is_carried_without_a_data_folder(program: Program, tmp_path: Path) -> None:
    _only_reads(program)
    ended = program.run("carry", "--from", "sora-2", "--to", "kling-3-0-std", "--set", "duration=15", "--json")
    assert (ended.code, ended.err) == (0, "")
    (row,) = ended.rows
    assert (row["mode"], row["options"]) == ("text-to-video", {"duration": 15, "sound": False, "aspect_ratio": "16:9"})
    assert not (tmp_path / "none").exists()


def test_a_refused_model_is_named_with_its_successors_and_nothing_waits_for_it(program: Program, simulator: Running) -> None:
    simulator.state.retire("sora-2")
    ended = program.run("generate", "A harbour", "--count", "3", "--json")
    assert ended.code == 3
    assert {row["state"] for row in ended.rows[-3:]} == {"failed", "cancelled"}
    assert "sora-2 is no longer offered by the service. Nothing was charged." in ended.err
    assert "Other models for this draft: seedance-2-0, veo-3-1, kling-3-0-std." in ended.err
    assert "What would change: sora-studio carry --from sora-2 --to seedance-2-0" in ended.err
    assert simulator.state.charges == []


def test_a_check_tells_what_is_new_changed_or_gone_and_installs_nothing(program: Program, simulator: Running) -> None:
    own = program.data / "models"
    name = "seedance-2-0-mini.toml"
    mini = (resources_dir() / "models" / name).read_text(encoding="utf-8")
    (own / name).write_text(re.sub(r"max( +)= 15\b", r"max\1= 12", mini), encoding="utf-8")
    (own / "harbour-1.toml").write_text(HARBOUR, encoding="utf-8")
    simulator.state.retire("grok-video")
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    ended = program.run("models", "check", "--json")
    assert (ended.code, ended.err) == (0, "")
    rows = {row["slug"]: row for row in ended.rows}
    assert {slug: row["change"] for slug, row in rows.items()} == {
        "seedance-2-0-mini": "changed",
        "grok-video": "gone",
        "harbour-1": "gone",
    }
    assert list(rows["seedance-2-0-mini"]) == ["slug", "title", "change", "differences", "proposal"]
    assert rows["seedance-2-0-mini"]["differences"] == ["duration is at most 15 instead of 12."]
    assert rows["harbour-1"] == {
        "slug": "harbour-1",
        "title": "Harbour 1",
        "change": "gone",
        "differences": [],
        "proposal": None,
    }
    assert {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()} == before

    proposal = Path(str(rows["seedance-2-0-mini"]["proposal"]))
    told = program.run("models", "check").out.splitlines()
    target = own / name
    assert "seedance-2-0-mini (Seedance 2.0 Mini): duration is at most 15 instead of 12." in told
    assert (
        f"seedance-2-0-mini (Seedance 2.0 Mini): To install the proposed profile, check it and move {proposal} to {target}."
        in told
    )
    assert "grok-video (Grok Video): The service no longer lists this model." in told

    proposal.replace(target)
    assert [row["slug"] for row in program.run("models", "check", "--json").rows] == ["grok-video", "harbour-1"]


def test_a_check_of_a_service_that_is_not_there_ends_with_6(program: Program) -> None:
    program.environment["SORA_STUDIO_BASE_URL"] = "http://127.0.0.1:9"
    ended = program.run("models", "check", "--json")
    assert (ended.code, ended.out) == (6, "")
    assert "The list of models cannot be reached." in ended.err
