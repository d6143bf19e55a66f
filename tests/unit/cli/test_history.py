"""`judge` and `trash`: one decision for all that are named, or for none, and an older database is brought up to date."""

import asyncio
import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.cli.arguments import parse
from sora_studio.cli.commands import JudgeCommand, TasksCommand, TrashCommand
from sora_studio.cli.history import judge, trash
from sora_studio.cli.listing import list_tasks
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.judgement import ClipRef, Verdict

OLD = Path(__file__).parent.parent / "storage" / "version_6.db.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that version 6 wrote: task 5 is saved, 3 waits."""
    (tmp_path / "studio.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    return tmp_path


def run(folder: Path, *words: str) -> int:
    command = parse(words)
    if isinstance(command, TasksCommand):
        return asyncio.run(list_tasks(command, folder))
    assert isinstance(command, JudgeCommand | TrashCommand)
    return asyncio.run(judge(command, folder) if isinstance(command, JudgeCommand) else trash(command, folder))


def row(folder: Path, query: str) -> tuple[object, ...]:
    with closing(sqlite3.connect(folder / "studio.db")) as connection:
        return tuple(connection.execute(query).fetchone())


def test_a_judgement_reaches_the_clip_and_its_task_in_an_older_database(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(
            folder,
            "judge",
            "5.1",
            "#3",
            *["--stars", "4", "--keep", "--tag", "rain", "--tag"],
            "night shot",
            "--project",
            "Film",
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("5 · ")
    assert out.splitlines()[0].endswith("kept · ★★★★ · #night shot · #rain")
    assert err == "The project Film is new.\n"
    assert row(folder, "SELECT stars, verdict FROM clips WHERE task = 5") == (4, "kept")
    assert row(folder, "SELECT stars, verdict, project FROM tasks WHERE id = 3") == (4, "kept", 1)
    run(folder, "judge", "5", "--clear", "--stars", "0", "--untag", "RAIN", "--project", "none", "--note", "wet")
    assert row(folder, "SELECT stars, verdict, note, project FROM tasks WHERE id = 5") == (0, None, "wet", None)
    assert row(folder, "SELECT count(*) FROM taggings WHERE task = 5") == (1,)


def test_of_what_does_not_exist_nothing_is_judged_and_each_is_named(folder: Path) -> None:
    with pytest.raises(InvalidRequest) as refused:
        run(folder, "judge", "5", "99999", "5.3", "--keep")
    assert [problem.message for problem in refused.value.problems] == [
        "There is no task 99999.",
        "Task 5 has 1 clip, so there is no 5.3.",
    ]
    assert row(folder, "SELECT verdict FROM tasks WHERE id = 5") == (None,)


def test_the_trash_takes_gives_back_and_is_emptied(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "trash", "5", "3", "--json")
    assert json.loads(capsys.readouterr().out) == {"trashed": [5, 3], "hidden": [], "kept": []}
    run(folder, "trash", "--restore", "3")
    assert row(folder, "SELECT trashed_at FROM tasks WHERE id = 3") == (None,)
    capsys.readouterr()
    run(folder, "trash", "--empty", "--json")
    emptied = json.loads(capsys.readouterr().out)
    assert emptied["purged"] == [5]
    assert len(emptied["files"]) == 1
    assert row(folder, "SELECT count(*) FROM tasks WHERE id = 5") == (0,)
    assert row(folder, "SELECT id FROM tombstones") == (5,)


@pytest.mark.parametrize(
    "words",
    [
        *("judge", "judge 0", "judge x", "judge 1.0", "judge 1 --stars 6", "judge 1 --stars x", "judge 1 --keep --reject"),
        *("judge ²", "trash", "trash 1 --empty", "trash --restore", "trash 1 --restore 2"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: str) -> None:
    with pytest.raises(SystemExit) as refused:
        parse(words.split())
    assert refused.value.code == 2


def test_numbers_name_tasks_and_their_clips() -> None:
    command = parse(["judge", "12", "12.2", "#7", "--reject"])
    assert isinstance(command, JudgeCommand)
    assert command.clips == (ClipRef(12), ClipRef(12, 1), ClipRef(7))
    assert command.verdict is Verdict.REJECTED


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_tells_what_was_decided_and_what_it_cost(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "judge", "5", "--stars", "4", "--keep", "--tag", "rain", "--note", "good rope", "--project", "Rain Film")
    capsys.readouterr()
    run(folder, "tasks", "--search", "rope stars:>=3 tag:rain project:rain kept", "--json")
    (line,) = lines(capsys)
    assert {name: line[name] for name in ("id", "stars", "verdict", "tags", "note", "project", "version", "stale")} == {
        "id": 5,
        "stars": 4,
        "verdict": "kept",
        "tags": ["rain"],
        "note": "good rope",
        "project": "Rain Film",
        "version": 2,
        "stale": False,
    }
    assert (line["cost_usd"], line["cost_kind"], line["parent"], line["trashed_at"]) == (0.5, "estimated", None, None)
    assert (line["duration_s"], line["width"], line["height"]) == (8.0, 1280, 720)


def test_the_trash_is_searched_when_it_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "trash", "5")
    capsys.readouterr()
    run(folder, "tasks", "--search", "#5", "--json")
    assert lines(capsys) == []
    run(folder, "tasks", "--search", "#5 in:trash", "--json")
    (line,) = lines(capsys)
    assert line["trashed_at"] is not None


@pytest.mark.parametrize("words", ["50%", "off_sale", "'quoted'", "*", "镜头缓慢", "STRASSE", "مرفأ"])
def test_words_match_beginnings_in_any_case_and_signs_stand_for_themselves(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    run(folder, "tasks", "--search", words, "--limit", "5000", "--json")
    found = lines(capsys)
    assert found
    assert all(words.casefold() in str(line["prompt"]).casefold() for line in found)


def test_the_order_and_the_state_are_as_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "judge", "9", "--stars", "5")
    run(folder, "judge", "10", "--stars", "3")
    capsys.readouterr()
    run(folder, "tasks", "--sort", "stars", "--limit", "2", "--json")
    assert [line["id"] for line in lines(capsys)] == [9, 10]
    run(folder, "tasks", "--sort", "oldest", "--state", "failed", "--limit", "3", "--json")
    failed = lines(capsys)
    assert {line["state"] for line in failed} == {"failed"}
    assert [line["id"] for line in failed] == sorted(int(str(line["id"])) for line in failed)
