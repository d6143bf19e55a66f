"""A bundle carries a library into another one: as it was, once, whole, and without secrets."""

import asyncio
import hashlib
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import FileUnusable, StudioError
from sora_studio.domain.exports import ExportFormat
from sora_studio.domain.imports import UNFOLLOWED, Outcome
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import TaskState
from sora_studio.services.library import bundle_format
from tests.unit.services.library.libraries import AT, FILM, GATEWAY, Library, fill
from tests.unit.services.rig import run

UNFINISHED = sorted(UNFOLLOWED)


LINK = "https://pictures.example/a.png?sig=0123456789abcdef"


def exported(tmp_path: Path, format: ExportFormat) -> Path:  # noqa: A002 - it is one
    """A history that knows links with signatures, as this format."""

    async def make() -> None:
        async with Library(tmp_path / "one") as library:
            await fill(library)
            for task in await library.tasks.find(TaskFilter(), limit=9):
                await library.tasks.record(task.id, fail_message=f"Could not fetch {LINK}", callback_secret="callback-secret")
            await library.export(tmp_path / "all", format)

    run(make())
    return tmp_path / "all"


def test_another_library_becomes_equal_and_a_second_import_adds_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            await fill(one)
            made = await one.export(tmp_path / "all.zip")
            assert (made.tasks, made.clips, made.missing) == (5, 4, ())
            dry = await two.importing.bundle(tmp_path / "all.zip", dry_run=True)
            assert (dry.count(Outcome.ADDED), await two.told(), two.clips.exists()) == (5, [], False)
            done = await two.importing.bundle(tmp_path / "all.zip")
            assert done.count(Outcome.ADDED) == 5
            assert await two.told() == await one.told()
            again = await two.importing.bundle(tmp_path / "all.zip")
            assert again.count(Outcome.KNOWN) == 5
            assert len(await two.told()) == 5
            assert len(list(two.clips.glob("*.mp4"))) == 4
            assert sorted(two.clips.iterdir()) == sorted(
                path for film in two.clips.glob("*.mp4") for path in (film, film.with_suffix(".json"))
            )
            mine, theirs = await one.tasks.find(TaskFilter(), limit=9), await two.tasks.find(TaskFilter(), limit=9)
            for ours, copy in zip(mine, theirs, strict=True):
                assert [clip.path and clip.path.read_bytes() for clip in copy.clips] == [
                    clip.path and clip.path.read_bytes() for clip in ours.clips
                ]
                assert [(clip.stars, clip.verdict, clip.note) for clip in copy.clips] == [
                    (clip.stars, clip.verdict, clip.note) for clip in ours.clips
                ]
                assert all(clip.poster and clip.poster.name == f"{clip.id}.jpg" for clip in copy.clips)
                assert copy.day == ours.day
            same_text = [task.version for task in theirs if task.request.prompt.startswith("A ferry")]
            assert len(set(same_text)) == 1
            assert len(set(same_text) & {task.version for task in theirs if not task.request.prompt.startswith("A ferry")}) == 0

    run(story())


@pytest.mark.parametrize("format", ExportFormat)
def test_no_signed_link_is_exported(tmp_path: Path, format: ExportFormat) -> None:  # noqa: A002
    content = exported(tmp_path, format).read_bytes()
    if format is ExportFormat.BUNDLE:
        with zipfile.ZipFile(tmp_path / "all") as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (b"Signature", b"0123456789abcdef", b"films.example", b"token", b"callback-secret"):
        assert secret not in content


def test_films_are_stored_as_they_are(tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(tmp_path, ExportFormat.BUNDLE)) as archive:
        assert {archive.getinfo(name).compress_type for name in archive.namelist() if name.endswith("mp4")} == {
            zipfile.ZIP_STORED
        }


@pytest.mark.parametrize("state", UNFINISHED)
def test_what_was_not_over_is_cancelled_and_completed_by_a_later_bundle(tmp_path: Path, state: TaskState) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            task = await one.add("A ferry leaves a harbour", state)
            await one.export(tmp_path / "early.zip")
            await two.importing.bundle(tmp_path / "early.zip")
            (stub,) = await two.tasks.find(TaskFilter(), limit=9)
            assert (stub.state, stub.trouble) == (TaskState.CANCELLED, UNFOLLOWED[state])
            assert await two.tasks.unfinished(GATEWAY) == []
            assert (await two.importing.bundle(tmp_path / "early.zip")).count(Outcome.KNOWN) == 1
            for to in (TaskState.SENDING, TaskState.UNKNOWN, TaskState.PENDING):
                await one.tasks.transition(task.id, to, task_id=task.task_id or "late")
            await one.tasks.succeed(task.id, ["https://films.example/a"], completed_at=AT, expires_at=AT)
            done = await one.tasks.get(task.id)
            assert done is not None
            await one._save(done.clips[0].id, "late")
            await one.export(tmp_path / "late.zip")
            assert (await two.importing.bundle(tmp_path / "late.zip")).count(Outcome.COMPLETED) == 1
            (whole,) = await two.tasks.find(TaskFilter(), limit=9)
            assert (whole.id, whole.state, whole.trouble) == (stub.id, TaskState.SUCCESS, None)
            assert whole.clips[0].path is not None
            assert whole.clips[0].path.read_bytes() == FILM + b"late"

    run(story())


def test_a_clip_without_its_file_is_listed_and_expires_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            task = await one.add("A ferry leaves a harbour", clips=2)
            assert task.clips[1].path is not None
            content = task.clips[1].path.read_bytes()
            task.clips[1].path.unlink()
            assert (await one.export(tmp_path / "all.zip")).missing == (task.clips[1].path.name,)
            await two.importing.bundle(tmp_path / "all.zip")
            (copy,) = await two.tasks.find(TaskFilter(), limit=9)
            assert [clip.state for clip in copy.clips] == [ClipState.SAVED, ClipState.EXPIRED]
            assert await two.tasks.unsaved(GATEWAY) == []
            task.clips[1].path.write_bytes(content)
            await one.export(tmp_path / "more.zip")
            assert (await two.importing.bundle(tmp_path / "more.zip")).count(Outcome.COMPLETED) == 1
            (copy,) = await two.tasks.find(TaskFilter(), limit=9)
            assert [clip.state for clip in copy.clips] == [ClipState.SAVED, ClipState.SAVED]

    run(story())


def test_what_a_bundle_brought_can_be_rebuilt_from_its_folder(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two, Library(tmp_path / "three") as three:
            await fill(one)
            await one.export(tmp_path / "films.zip")
            await two.importing.bundle(tmp_path / "films.zip")
            await three.importing.folder(two.clips)
            told = [line for line in await one.told() if line["files"]]
            notes = [line.pop("note") for line in told]  # private: they are in no file beside a clip
            assert notes
            names = ("cost_usd", "cost_kind", "note")
            assert [{k: v for k, v in line.items() if k not in names} for line in await three.told()] == [
                {k: v for k, v in line.items() if k not in names} for line in told
            ]

    run(story())


def test_files_that_are_there_keep_their_names(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as one, Library(tmp_path / "two") as two:
            task = await one.add("A ferry")
            assert task.clips[0].path is not None
            await one.export(tmp_path / "all.zip")
            mine = two.clips / task.clips[0].path.name
            two.clips.mkdir()
            mine.write_bytes(b"mine")
            await two.importing.bundle(tmp_path / "all.zip")
            assert mine.read_bytes() == b"mine"
            (copy,) = await two.tasks.find(TaskFilter(), limit=9)
            assert copy.clips[0].path == mine.with_name(f"{mine.stem} (2).mp4")

    run(story())


Change = Callable[[dict[str, bytes]], None]


def _edited(member: str, change: Callable[[Any], None]) -> Change:
    """Change a JSON member and correct the manifest, so that only the content is at fault."""

    def apply(members: dict[str, bytes]) -> None:
        if member == "manifest.json":
            manifest = json.loads(members[member])
            change(manifest)
            members[member] = json.dumps(manifest).encode()
            return
        lines = [json.loads(line) for line in members[member].splitlines()]
        change(lines)
        _replace(members, member, b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    return apply


def _replace(members: dict[str, bytes], name: str, content: bytes) -> None:
    members[name] = content
    manifest = json.loads(members["manifest.json"])
    entry = next(one for one in manifest["files"] if one["name"] == name)
    entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members["manifest.json"] = json.dumps(manifest).encode()


def _renamed(name: str) -> Change:
    def apply(members: dict[str, bytes]) -> None:
        film = next(member for member in members if member.endswith(".mp4"))
        members[name] = members.pop(film)
        for member in ("manifest.json", "tasks.jsonl"):
            content = members[member].replace(json.dumps(film).encode(), json.dumps(name).encode())
            if member == "manifest.json":
                members[member] = content
            else:
                _replace(members, member, content)

    return apply


def _other_film(members: dict[str, bytes]) -> None:
    film = next(member for member in members if member.endswith(".mp4"))
    members[film] = b"x" * len(members[film])


def _set(name: str, value: object) -> Callable[[Any], None]:
    return lambda lines: lines[0].__setitem__(name, value)


HOSTILE: dict[str, tuple[Change, str]] = {
    "a name that climbs": (_renamed("clips/../../evil.mp4"), "no name of a bundle's file"),
    "an absolute name": (_renamed("/tmp/evil.mp4"), "no name of a bundle's file"),
    "a drive": (_renamed("clips/c:evil.mp4"), "no name of a bundle's file"),
    "a backslash": (_renamed("clips\\evil.mp4"), "no name of a bundle's file"),
    "another film": (_other_film, "is not the file that was exported"),
    "no manifest": (lambda members: members.pop("manifest.json") and None, "no bundle of this program"),
    "a manifest that is no JSON": (lambda members: members.update({"manifest.json": b"{"}), "not JSON"),
    "a deep manifest": (lambda members: members.update({"manifest.json": b"[" * 200_000}), "not JSON"),
    "another format": (_edited("manifest.json", lambda it: it.update(format="x")), "not made by this program"),
    "a newer version": (_edited("manifest.json", lambda it: it.update(version=2)), "newer version"),
    "a member that is not listed": (lambda members: members.update({"clips/x.mp4": b"x"}), "not those that its manifest lists"),
    "a size that is not true": (_edited("manifest.json", lambda it: it["files"][0].update(size=1)), "another size"),
    "lines that are no JSON": (
        lambda members: _replace(members, "tasks.jsonl", b"{]\n"),
        "line 1 of tasks.jsonl: it is not JSON",
    ),
    "a task twice": (_edited("tasks.jsonl", lambda lines: lines.append(lines[0])), "twice"),
    "an unknown state": (_edited("tasks.jsonl", _set("state", "flying")), "does not know"),
    "a time without zone": (_edited("tasks.jsonl", _set("created_at", "2026-11-29T10:00:00")), "without its zone"),
    "a huge number": (_edited("tasks.jsonl", _set("take", 10**30)), "'take' is not a whole number"),
    "an infinite price": (_edited("tasks.jsonl", _set("measured_usd", float("inf"))), "'measured_usd' is not a number"),
    "a missing version": (_edited("tasks.jsonl", _set("version", 99)), "its version is not in the bundle"),
    "a tag of no words": (_edited("tasks.jsonl", _set("tags", [" "])), "cannot be used"),
    "clips of a failure": (_edited("tasks.jsonl", _set("state", "failed")), "contradicts itself"),
    "a film that is not there": (
        _edited("tasks.jsonl", lambda lines: lines[-1]["clips"][0].update(file="clips/no.mp4")),
        "is missing",
    ),
}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("bundle")

    async def make() -> None:
        async with Library(folder / "one") as library:
            await library.add("A ferry leaves a harbour")
            await library.export(folder / "all.zip")

    asyncio.run(make())
    with zipfile.ZipFile(folder / "all.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: dict[str, bytes], *, films: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            is_text = name.endswith((".json", ".jsonl"))
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if is_text else films)
    return path


def refused(tmp_path: Path, bundle: Path) -> str:
    """The sentence for a bundle that is not imported, after looking whether anything of it is there."""

    async def story() -> str:
        async with Library(tmp_path / "two") as library:
            with pytest.raises(StudioError) as error:
                await library.importing.bundle(bundle)
            assert isinstance(error.value, FileUnusable)
            assert await library.told() == []
            assert await library.projects.all() == []
            assert not library.clips.exists() or not list(library.clips.iterdir())
            return error.value.sentence

    before = set(tmp_path.iterdir())
    sentence = run(story())
    assert set(tmp_path.iterdir()) <= {*before, tmp_path / "two"}
    assert sentence.endswith("Nothing was imported.")
    return sentence


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_hostile_bundle_brings_nothing(tmp_path: Path, members: dict[str, bytes], harm: str) -> None:
    change, words = HOSTILE[harm]
    changed = dict(members)
    change(changed)
    assert words in refused(tmp_path, write(tmp_path / "hostile.zip", changed))


def test_a_packed_film_may_be_a_bomb(tmp_path: Path, members: dict[str, bytes]) -> None:
    bomb = write(tmp_path / "bomb.zip", members, films=zipfile.ZIP_DEFLATED)
    assert "packed as in no bundle" in refused(tmp_path, bomb)


def test_a_line_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path, members: dict[str, bytes]) -> None:
    changed, blank = dict(members), b" " * (bundle_format.MOST_LINE_BYTES * 8)
    _replace(changed, "tasks.jsonl", blank)
    bomb = write(tmp_path / "bomb.zip", changed)
    del changed, blank
    tracemalloc.start()
    try:
        assert "line 1 of tasks.jsonl is too long" in refused(tmp_path, bomb)
        assert tracemalloc.get_traced_memory()[1] < bundle_format.MOST_LINE_BYTES * 4
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.99])
def test_a_cut_off_bundle_brings_nothing(tmp_path: Path, members: dict[str, bytes], share: float) -> None:
    whole = write(tmp_path / "whole.zip", members).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * share)])
    assert "damaged or cut off" in refused(tmp_path, tmp_path / "cut.zip")


def test_a_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    bundle = exported(tmp_path, ExportFormat.BUNDLE)

    async def story() -> None:
        async with Library(tmp_path / "two") as library:
            arrived = asyncio.Event()
            work = asyncio.ensure_future(library.importing.bundle(bundle, on_progress=lambda *_: arrived.set()))
            await arrived.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            assert await library.told() == []
            assert list(library.clips.iterdir()) == []

    run(story())
