"""Files of clips are put into the chosen folder and nowhere else, over nothing that is there, whatever a name brings along."""

import asyncio
import json
import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.domain.naming import DEFAULT_TEMPLATE, clip_stem
from sora_studio.services.clips import clip_files

AT = datetime(2026, 11, 22, 18, 5, 9, tzinfo=UTC)
FILM, OTHERS = b"the film", b"somebody else's"
NASTY = [
    *("../../../etc/passwd", "..\\..\\windows\\system32", "/etc/passwd", "C:\\boot.ini", "\\\\server\\share", "~/.bashrc"),
    *("con", "NUL.mp4", "aux.json", "lpt1", "com¹", "$HOME", "`reboot`", "a;rm -rf /", "-rf", "--help", ".", "..", ".hidden"),
    *("a\0b", "a\nb", "a\r\n", "\u202egnp.exe", "a\u200bb", "\ufeff", "\ud800", "\U000e0001", "e\u0301", "\u212b", "ﬁ", "İ"),
    *("film.mp4:stream", "film.mp4::$DATA", "a" * 9999, "雪" * 999, "🎬" * 99, " . . ", "%2e%2e%2f", "..%c0%af", "a.exe "),
]
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=120)
TEMPLATES = st.sampled_from(
    [DEFAULT_TEMPLATE, "{slug} {id}", "{id}", "../{slug}/{id}", "{model} {take} {slug} {id}", "/tmp/{id}"]
)
TASKS = st.integers(1, 10**9)


def stem_of(template: str, prompt: str, task: int, model: str = "sora-2") -> str:
    return clip_stem(template, local_time=AT, prompt=prompt, task=task, take=1, model=model, index=0)


async def put_down(folder: Path, stem: str) -> Path:
    """The steps that a clip takes, from its part to its metadata."""
    part = folder / f"{stem}.part"
    await clip_files.prepare(folder)
    await clip_files.unshare(part)
    part.write_bytes(FILM)
    while True:
        target = await clip_files.free_name(folder, stem)
        try:
            await clip_files.land(part, target)
        except FileExistsError:
            continue
        await clip_files.write_json(target.with_suffix(".json"), {"format": 1})
        return target


@settings(max_examples=150, deadline=None)
@given(TEMPLATES, TEXTS, TASKS, st.integers(0, 3))
def test_whatever_the_prompt_the_clip_is_in_the_folder_and_over_nothing(
    template: str, prompt: str, task: int, there_already: int
) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        folder, stem = root / "clips", stem_of(template, prompt, task)
        folder.mkdir()
        names = [f"{stem}.mp4", f"{stem} (2).mp4", f"{stem} (3).json"][:there_already]
        for name in names:
            (folder / name).write_bytes(OTHERS)

        target = asyncio.run(put_down(folder, stem))

        assert target.resolve().parent == folder.resolve()
        assert target.read_bytes() == FILM
        assert json.loads(target.with_suffix(".json").read_bytes()) == {"format": 1}
        assert all((folder / name).read_bytes() == OTHERS for name in names)
        assert list(root.iterdir()) == [folder]
        assert {entry.name for entry in folder.iterdir()} == {*names, target.name, target.with_suffix(".json").name}


@given(TEMPLATES, TEXTS, TEXTS, TASKS, TASKS)
def test_two_tasks_never_share_a_name_where_small_and_capital_letters_are_one(
    template: str, prompt: str, other: str, task: int, other_task: int
) -> None:
    def as_the_disk_sees_it(name: str) -> str:
        return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())

    one, two = stem_of(template, prompt, task), stem_of(template, other, other_task)
    if task != other_task:
        assert as_the_disk_sees_it(one) != as_the_disk_sees_it(two)


def can_link(folder: Path) -> bool:
    try:
        (folder / "try").symlink_to(folder / "nowhere")
        (folder / "try").unlink()
    except OSError:
        return False
    return True


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    if not can_link(tmp_path):
        pytest.skip("no symbolic links here")
    path = tmp_path / "outside"
    path.write_bytes(OTHERS)
    return path


@pytest.mark.parametrize("name", ["film 1.mp4", "film 1.json", "film 1.part", "film 1.json.part", "film 1.mp4.part"])
@pytest.mark.parametrize("leads", ["to a file", "nowhere", "to itself", "to a folder"])
def test_a_link_in_the_folder_is_not_followed(tmp_path: Path, outside: Path, name: str, leads: str) -> None:
    folder, elsewhere = tmp_path / "clips", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    targets = {"to a file": outside, "nowhere": tmp_path / "nowhere", "to itself": folder / name, "to a folder": elsewhere}
    (folder / name).symlink_to(targets[leads])

    target = asyncio.run(put_down(folder, "film 1"))

    assert not target.is_symlink()
    assert target.read_bytes() == FILM
    assert target.name == ("film 1.mp4" if ".part" in name else "film 1 (2).mp4")
    assert not target.with_suffix(".json").is_symlink()
    assert outside.read_bytes() == OTHERS
    assert list(elsewhere.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


def test_a_name_that_is_taken_at_the_last_moment_is_left_alone(tmp_path: Path) -> None:
    part, target = tmp_path / "film.part", tmp_path / "film.mp4"
    part.write_bytes(FILM)
    target.write_bytes(OTHERS)
    with pytest.raises(FileExistsError):
        asyncio.run(clip_files.land(part, target))
    assert (part.read_bytes(), target.read_bytes()) == (FILM, OTHERS)
