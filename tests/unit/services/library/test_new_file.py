"""An exported file is whole under its name, or there is none."""

import asyncio
import errno
import hashlib
import json
from pathlib import Path

import pytest

from sora_studio.domain.errors import FileNotWritten, FileUnusable, StorageFull
from sora_studio.domain.exports import ExportFormat
from sora_studio.services.library.exporting.new_file import new_file
from tests.unit.services.library.libraries import Library, fill
from tests.unit.services.rig import run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("format", ExportFormat)
def test_a_file_that_exists_is_never_replaced(tmp_path: Path, format: ExportFormat) -> None:  # noqa: A002
    (tmp_path / "mine").write_bytes(b"mine")

    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            with pytest.raises(FileUnusable, match="exists already"):
                await library.export(tmp_path / "mine", format)
            with pytest.raises(FileNotWritten, match="There is no folder"):
                await library.export(tmp_path / "gone" / "x", format)

    run(story())
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "one"}


def test_a_name_taken_meanwhile_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with new_file(tmp_path / "x") as file:
            await file.write("ours")
            (tmp_path / "x").write_bytes(b"theirs")

    with pytest.raises(FileUnusable):
        run(story())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"theirs")]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space"), asyncio.CancelledError(), ValueError()])
def test_whatever_ends_it_leaves_no_half_file(tmp_path: Path, error: BaseException) -> None:
    async def story() -> None:
        async with new_file(tmp_path / "x") as file:
            await file.write("a" * 3_000_000)
            assert [name[-5:] for name in names(tmp_path)] == [".part"]
            raise error

    with pytest.raises(StorageFull if isinstance(error, OSError) else type(error)):
        run(story())
    assert list(tmp_path.iterdir()) == []


def test_evidence_tells_intent_request_answer_money_and_hash(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            await fill(library)
            first = await library.tasks.get(1)
            assert first is not None
            await library.tasks.record(1, balance_before_usd=10.0, balance_after_usd=9.5, measured_usd=0.5)
            await library.export(tmp_path / "evidence.json", ExportFormat.EVIDENCE, search="#1")
            (told,) = json.loads((tmp_path / "evidence.json").read_text())["tasks"]
            assert told["intent"]["prompt"] == "A ferry leaves a harbour"
            assert told["request"]["input"]["image_urls"] == ["https://pictures.example/pier.png"]
            assert told["answer"]["task_id"] == "one-1"
            assert (told["money_usd"]["balance_before"], told["money_usd"]["balance_after"]) == (10.0, 9.5)
            hashes = [hashlib.sha256(clip.path.read_bytes()).hexdigest() for clip in first.clips if clip.path]
            assert [clip["sha256"] for clip in told["clips"]] == hashes

    run(story())
