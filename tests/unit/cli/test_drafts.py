"""`drafts`: texts come in whole, are listed, renamed, compared and trashed, and unknown numbers are named."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.draft import Draft
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]


@pytest.fixture
def made(ask: Ask, tmp_path: Path) -> str:
    """A draft with one version, which is the text that it was made with."""
    (tmp_path / "pier.txt").write_text("A pier at golden hour,\nmist on the water.\n", encoding="utf-8")
    number = ask("drafts", "new", str(tmp_path / "pier.txt")).out.strip()
    asyncio.run(write(tmp_path / "data", int(number), "A long pier at dawn,\nmist on the water."))
    return number


async def write(folder: Path, draft: int, text: str) -> None:
    """What the window does two minutes later."""
    database = Database(folder / "studio.db")
    await database.open()
    request = GenerationRequest("sora-2", text, {"duration": 15})
    await SqliteDrafts(database).save(Draft(draft, request), at=datetime.now(UTC) + timedelta(minutes=2))
    await database.close()


def test_a_text_becomes_a_draft_whole_and_is_printed_again(ask: Ask, tmp_path: Path) -> None:
    text = "\ufeff" + "A pier.\r\n" * 5_000
    (tmp_path / "long.txt").write_bytes(text.encode("utf-16-le"))
    made = ask("drafts", "new", "--title", "Long  one", str(tmp_path / "long.txt"))
    assert (made.code, made.err) == (0, "")
    assert ask("drafts", "show", made.out.strip()).out == "A pier.\n" * 5_000
    (row,) = ask("drafts", "--json").rows
    assert (row["id"], row["title"], row["name"], row["project"]) == (int(made.out), "Long one", "Long one", None)


@pytest.mark.parametrize("content", [b"\xff\xfe\xfa\x00\xd8", b"\x89PNG\r\n\x1a\n\0\0", b"a\0b", b" \n", b"", b"\xe9t\xe9"])
def test_what_is_no_text_is_refused(ask: Ask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert ask("drafts", "new", str(tmp_path / "file")).code == 2
    assert ask("drafts", "new", str(tmp_path / "none.txt")).code == 2
    assert ask("drafts").out == ""


def test_a_draft_is_renamed_and_trashed(ask: Ask, made: str) -> None:
    assert ask("drafts", "rename", made, "Harbour").code == 0
    assert ask("drafts").out.startswith(f"{made} · Harbour · ")
    assert ask("drafts", "rename", made, "").code == 0
    assert ask("drafts").out.startswith(f"{made} · A long pier at dawn, · ")
    assert ask("drafts", "trash", made).code == 0
    assert ask("drafts").out == ""
    assert ask("drafts", "show", made).code == 0


def test_versions_are_listed_and_compared(ask: Ask, made: str) -> None:
    (version,) = ask("drafts", "versions", made, "--json").rows
    assert (version["kind"], version["name"], version["clips"], version["tasks"]) == ("autosave", None, 0, [])
    assert version["text"] == "A pier at golden hour,\nmist on the water."
    number = str(version["version"])
    assert ask("drafts", "versions", made).out.startswith(f"{number} · autosave · ")
    compared = ask("drafts", "diff", made, number, "now")
    assert compared.out.splitlines() == [
        "A{+ long+} pier at [-golden hour-]{+dawn+},",
        "mist on the water.",
        "Duration: 10 s → 15 s",
    ]
    row = ask("drafts", "diff", made, "now", number, "--json").row
    assert (row["before"], row["after"], row["added"], row["removed"]) == ("now", int(number), 2, 2)
    assert row["setup"] == [{"title": "Duration", "before": "15 s", "after": "10 s"}]
    runs = row["runs"]
    assert isinstance(runs, list)
    assert runs[0] == {"kind": "same", "text": "A", "before": 0, "after": 0}
    assert ask("drafts", "diff", made, "now", "now").err == "Nothing has changed.\n"


def test_what_does_not_exist_is_named(ask: Ask, made: str) -> None:
    for words in (["show", "77"], ["rename", "77", "x"], ["trash", "77"], ["versions", "77"], ["diff", "77", "1", "now"]):
        answer = ask("drafts", *words)
        assert (answer.code, answer.err) == (2, "id: There is no draft 77.\n"), words
    answer = ask("drafts", "diff", made, "501", "now")
    assert (answer.code, answer.err) == (2, f"version: Draft {made} has no version 501.\n")
    assert ask("drafts", "diff", made, "then", "now").code == 2
    assert ask("drafts", "show", "x").code == 2
