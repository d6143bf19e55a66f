"""Copies of clips: verified, under free names, and each failure named."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.services.library.exporting.clip_copying import ClipCopying
from tests.unit.services.library.libraries import Library
from tests.unit.services.rig import run


def test_clips_are_copied_beside_what_is_there(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()

    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            clips = list((await library.add("A ferry", clips=3)).clips)
            assert clips[0].path is not None
            assert clips[1].path is not None
            (target / clips[0].path.name).write_bytes(b"mine")
            clips[1].path.unlink()
            clips.append(replace(clips[2], id=9, state=ClipState.EXPIRED, path=None))
            seen = list[tuple[int, int]]()
            done = await ClipCopying().copy(clips, target, on_progress=lambda *step: seen.append(step))
            assert [copied.clip for copied in done] == [1, 2, 3, 9]
            assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
            first = done[0].path
            assert first is not None
            assert first.name == f"{clips[0].path.stem} (2).mp4"
            assert first.read_bytes() == clips[0].path.read_bytes()
            assert (target / clips[0].path.name).read_bytes() == b"mine"
            assert "cannot be read" in done[1].trouble
            assert done[3].trouble == "There is no file of this clip."
            assert len(list(target.iterdir())) == 3

    run(story())


def test_a_folder_that_is_gone_ends_it_with_a_reason_for_each(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            clips = (await library.add("A ferry", clips=2)).clips
            done = await ClipCopying().copy(clips, tmp_path / "gone")
            assert all("cannot be written" in copied.trouble and copied.path is None for copied in done)

    run(story())


def test_cancelled_it_leaves_whole_copies_only(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()

    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            clips = (await library.add("A ferry", clips=5)).clips
            first = asyncio.Event()
            work = asyncio.ensure_future(ClipCopying().copy(clips, target, on_progress=lambda *_: first.set()))
            await first.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            originals = {clip.path.read_bytes() for clip in clips if clip.path}
            assert {path.read_bytes() for path in target.iterdir()} <= originals
            assert all(path.suffix == ".mp4" for path in target.iterdir())

    run(story())
