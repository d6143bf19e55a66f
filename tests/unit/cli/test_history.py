"""`judge` and `trash`: one decision for all that are named, or for none, and an older database is brought up to date."""

import asyncio
import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.cli.arguments import JudgeCommand, TrashCommand, parse
from sora_studio.cli.history import judge, trash
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
