"""`export` and `import` as a script meets them: exit codes, sentences, and lines of JSON."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Answer

OLD = Path(__file__).parent.parent / "storage" / "version_6.db.gz"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that version 6 wrote, in which no clip is on this disk."""
    return use(tmp_path / "data", monkeypatch, OLD)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, database: Path | None = None) -> Path:
    folder.mkdir()
    if database is not None:
        (folder / "studio.db").write_bytes(gzip.decompress(database.read_bytes()))
    (folder / "settings.toml").write_text(f"output_dir = {json.dumps(str(folder / 'clips'))}\n")
    monkeypatch.setenv("SORA_STUDIO_DATA_DIR", str(folder))
    return folder


def test_an_old_history_goes_through_a_bundle(
    folder: Path, ask: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("judge", "5", "--stars", "4", "--tag", "rain", "--project", "Film", "--note", "wet")
    some = "before:2025-11-20"
    there = ask("tasks", "--search", some, "--limit", "9999", "--json").rows
    made = ask("export", "--format", "bundle", "--search", some, str(tmp_path / "all.zip"))
    assert (made.code, made.out) == (0, f"{tmp_path / 'all.zip'}\n")
    assert f"{len(there)} tasks exported." in made.err
    assert "more; the bundle's manifest lists them." in made.err
    use(tmp_path / "other", monkeypatch)
    dry = ask("import", str(tmp_path / "all.zip"), "--dry-run", "--json")
    assert dry.rows[-1] == {"added": len(there), "completed": 0, "known": 0, "left_out": 0, "dry_run": True}
    assert ask("import", str(tmp_path / "all.zip"), "--json").rows[-1]["added"] == len(there)
    assert ask("import", str(tmp_path / "all.zip"), "--json").rows[-1]["known"] == len(there)
    here = ask("tasks", "--limit", "9999", "--json").rows
    same = [name for name in there[0] if name not in ("id", "version", "files", "state", "parent")]
    assert [[line[name] for name in same] for line in here] == [[line[name] for name in same] for line in there]
    over = {"success", "failed", "cancelled"}
    assert [line["state"] for line in here] == [line["state"] if line["state"] in over else "cancelled" for line in there]


@pytest.mark.parametrize("format", ["csv", "json", "html", "evidence"])
def test_a_file_that_exists_is_refused(folder: Path, ask: Callable[..., Answer], tmp_path: Path, format: str) -> None:  # noqa: A002
    path = str(tmp_path / "it")
    assert ask("export", "--format", format, "--search", "#5", path).code == 0
    before = (tmp_path / "it").read_bytes()
    again = ask("export", "--format", format, "--search", "#5", path)
    assert again.code == 2
    assert again.err == f"{path} exists already. Nothing was written. Choose another name, or move that file away.\n"
    assert (tmp_path / "it").read_bytes() == before
    gone = ask("export", "--format", format, str(tmp_path / "gone" / "it"))
    assert (gone.code, gone.err) == (6, f"There is no folder {tmp_path / 'gone'}. Nothing was written.\n")


def test_prompts_become_drafts_unless_tasks_are_asked_for(folder: Path, ask: Callable[..., Answer], tmp_path: Path) -> None:
    table = tmp_path / "prompts.csv"
    table.write_text('prompt,duration,count\n"A fox,\nin snow",15,2\nA bear,,\n')
    dry = ask("import", str(table), "--as", "tasks", "--dry-run", "--json")
    assert [(row["row"], row["as"], row["ids"], row["tasks"], row["usd"]) for row in dry.rows] == [
        (2, "task", [], 2, 0.25),
        (3, "task", [], 1, 0.125),
    ]
    assert dry.err == "Dry run, nothing was changed: 3 tasks for $0.30–0.45.\n"
    done = ask("import", str(table), "--json")
    assert (done.code, done.err) == (0, "2 drafts added.\n")
    assert [row["as"] for row in done.rows] == ["draft", "draft"]
    assert all(row["ids"] for row in done.rows)
    table.write_text("prompt,duration\nA,10\nB,11\n")
    bad = ask("import", str(table))
    assert (bad.code, bad.err) == (2, "row 3, duration: Duration takes 10 s or 15 s.\n")


def test_what_is_not_there_or_no_bundle_is_one_sentence(folder: Path, ask: Callable[..., Answer], tmp_path: Path) -> None:
    gone = ask("import", str(tmp_path / "gone.zip"))
    assert (gone.code, gone.err) == (2, f"{tmp_path / 'gone.zip'} does not exist. Nothing was imported.\n")
    (tmp_path / "text.zip").write_bytes(b"text")
    text = ask("import", str(tmp_path / "text.zip"))
    assert (text.code, text.err) == (2, "text.zip cannot be imported: it is damaged or cut off. Nothing was imported.\n")


@pytest.mark.parametrize(
    "words", ["export", "export a.csv", "export --format xml a", "export --format csv", "import", "import a --as x"]
)
def test_what_cannot_be_meant_is_refused(ask: Callable[..., Answer], words: str) -> None:
    assert ask(*words.split()).code == 2
