"""Files of snippets, cards and templates: nobody's text is lost, and what cannot be used is explained."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidSetting, ProfileError
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_item import write_item
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.domain.writing.templates import Template
from sora_studio.storage.prompt_item_files import TRASH, PromptItemFiles
from sora_studio.storage.prompt_trash import MOST_FILES

BEATS = Snippet("beats", "0–4 s  $1\n4–10 s  $0")
ANNA = Card("Anna", CardKind.CHARACTER, "a ferrywoman")
TEMPLATE = Template("trailer", "Trailer beat", "Wide, the pier.")


@pytest.fixture
def files(tmp_path: Path) -> PromptItemFiles:
    shipped = tmp_path / "shipped" / "templates"
    shipped.mkdir(parents=True)
    (shipped / "trailer.toml").write_text(write_item(TEMPLATE), encoding="utf-8")
    return PromptItemFiles(tmp_path / "shipped", tmp_path / "own")


def content(tmp_path: Path) -> dict[str, bytes]:
    """What the shelves hold, without the trash."""
    own = tmp_path / "own"
    files = (path for path in own.rglob("*") if path.is_file() and path.parent.name != TRASH)
    return {str(path.relative_to(own)): path.read_bytes() for path in files}


def test_items_come_back_by_name_and_every_change_can_be_taken_back(files: PromptItemFiles, tmp_path: Path) -> None:
    files.save(BEATS)
    anna, _ = files.save(ANNA)
    found = files.read()
    assert (found.snippets, found.cards, found.templates, found.errors) == ((BEATS,), (ANNA,), (TEMPLATE,), ())
    first = content(tmp_path)
    edited, changed = files.save(replace(ANNA, name="Anna-old"), instead_of=anna)
    assert (edited.file, [card.name for card in files.read().cards]) == ("anna-old.toml", ["Anna-old"])
    undone = files.put_back(changed)
    assert content(tmp_path) == first
    redone = files.put_back(undone)
    assert [card.name for card in files.read().cards] == ["Anna-old"]
    files.put_back(redone)
    assert content(tmp_path) == first


def test_what_was_removed_is_in_the_trash_and_that_has_a_limit(files: PromptItemFiles, tmp_path: Path) -> None:
    trash = tmp_path / "own" / TRASH
    trash.mkdir(parents=True)
    for number in range(1, MOST_FILES + 1):
        path = trash / f"snippets-beats-{number}.toml"
        path.write_text(write_item(Snippet("beats", f"text {number}")), encoding="utf-8")
        os.utime(path, (number, number))
    for number in (MOST_FILES + 1, MOST_FILES + 2):
        kept, _ = files.save(Snippet("beats", f"text {number}"))
        files.remove([kept])
    texts = [kept.item.text for kept in files.read_trash()]
    assert texts == [f"text {number}" for number in range(MOST_FILES + 2, 2, -1)]
    assert files.read().snippets == ()


def test_what_is_in_the_trash_can_be_restored_and_is_in_one_place_only(files: PromptItemFiles) -> None:
    mine, _ = files.save(replace(TEMPLATE, title="Mine", name="mine"))
    anna, added = files.save(ANNA)
    removed = files.remove([mine, anna])
    assert {kept.item for kept in files.read_trash()} == {mine.item, anna.item}
    files.put_back(removed)
    assert files.read_trash() == ()
    files.put_back(added)
    (trashed,) = files.read_trash()
    files.save(replace(ANNA, text="another"))
    with pytest.raises(InvalidSetting, match="There is @Anna already"):
        files.restore(trashed)
    files.remove([one for one in files.read().kept if one.own])
    by_item = {kept.item: kept for kept in files.read_trash()}
    restored, changes = files.restore(by_item[mine.item])
    assert restored.item == mine.item
    files.restore(by_item[ANNA])
    assert files.read().cards == (ANNA,)
    assert [kept.item.text for kept in files.read_trash()] == ["another"]
    files.put_back(changes)
    assert mine.item in {kept.item for kept in files.read_trash()}


def test_an_edited_shipped_template_is_the_users_own_until_it_is_removed(files: PromptItemFiles) -> None:
    (shipped,) = files.read().kept
    assert files.remove([shipped]) == ()
    mine, _ = files.save(replace(TEMPLATE, text="Close, the rope."), instead_of=shipped)
    assert (mine.own, mine.file, files.read().templates[0].text) == (True, "trailer.toml", "Close, the rope.")
    other, _ = files.save(TEMPLATE)
    assert other.item == replace(TEMPLATE, name="trailer-2")
    files.remove([mine, other])
    assert files.read().templates == (TEMPLATE,)


def test_a_name_belongs_to_one_item_only(files: PromptItemFiles, tmp_path: Path) -> None:
    files.save(ANNA)
    with pytest.raises(InvalidSetting, match="There is @anna already"):
        files.save(replace(ANNA, name="anna"))
    (tmp_path / "own" / "cards" / "b.toml").write_text(write_item(replace(ANNA, name="ANNA")), encoding="utf-8")
    found = files.read()
    assert found.cards == (ANNA,)
    assert [error.title for error in found.errors] == ["b.toml: @ANNA is in anna.toml already."]


def test_a_file_that_was_edited_elsewhere_is_kept(files: PromptItemFiles, tmp_path: Path) -> None:
    kept, _ = files.save(BEATS)
    path = tmp_path / "own" / "snippets" / "beats.toml"
    path.write_text("mine", encoding="utf-8")
    files.save(replace(BEATS, text="new"), instead_of=kept)
    assert (path.parent / "beats.toml.bak").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bad.toml", b"kind = 'film'", "bad.toml, line 1: kind is 'film'"),
        ("latin.toml", b"kind = '\xe9'", "latin.toml: It is not text in UTF-8."),
        ("anna.toml", write_item(ANNA).encode(), "anna.toml: It belongs into the folder cards, not into snippets."),
        ("folder.toml", None, "folder.toml: It cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(
    files: PromptItemFiles, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    files.save(BEATS)
    path = tmp_path / "own" / "snippets" / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    found = files.read()
    assert found.snippets == (BEATS,)
    assert [error.title.startswith(words) for error in found.errors] == [True]


@pytest.mark.parametrize("name", ["con", "港口" * 30, "é" * 60])
def test_every_name_makes_a_safe_file(files: PromptItemFiles, tmp_path: Path, name: str) -> None:
    for number in range(2):
        kept, _ = files.save(replace(BEATS, name=f"{name[:58]}{number}"))
        assert len(kept.file.encode()) < 100
    kept, _ = files.save(replace(BEATS, name=name[:60]))
    assert kept.file.casefold() not in {"con.toml", "con"}
    assert len(files.read().snippets) == 3


def test_a_picture_goes_along_with_its_card(files: PromptItemFiles, tmp_path: Path) -> None:
    picture = tmp_path / "Portrait.PNG"
    picture.write_bytes(b"picture")
    kept, _ = files.save(replace(ANNA, picture=str(picture)))
    assert isinstance(kept.item, Card)
    assert kept.item.picture == str(tmp_path / "own" / "cards" / "anna.png")
    again, _ = files.save(replace(kept.item, text="older now"), instead_of=kept)
    assert 'picture = "anna.png"' in again.text
    picture.write_bytes(b"another")
    ben, _ = files.save(replace(ANNA, name="ben", picture=str(picture)))
    shared = tmp_path / "shared"
    shared.mkdir()
    files.export(ben, shared / "ben.toml", replaces=False)
    with pytest.raises(InvalidSetting, match=r"There is a file ben\.toml already"):
        files.export(ben, shared / "ben.toml", replaces=False)
    files.export(ben, shared / "ben.toml", replaces=True)
    assert sorted(path.name for path in shared.iterdir()) == ["ben.png", "ben.toml"]
    with pytest.raises(InvalidSetting, match="There is @ben already"):
        files.import_file(shared / "ben.toml")
    files.remove([ben])
    back, _ = files.import_file(shared / "ben.toml")
    assert back.item == ben.item
    assert Path(ben.item.picture if isinstance(ben.item, Card) else "").read_bytes() == b"another"
    picture.unlink()
    with pytest.raises(InvalidSetting, match=r"The picture Portrait\.PNG cannot be read"):
        files.save(replace(ANNA, name="eve", picture=str(picture)))


def test_a_file_that_is_no_item_is_not_imported(files: PromptItemFiles, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"none\.toml: It cannot be read: No such file or directory\."):
        files.import_file(tmp_path / "none.toml")
    (tmp_path / "long.toml").write_text("x" * 500_000)
    with pytest.raises(ProfileError, match="longer than 100,000 characters"):
        files.import_file(tmp_path / "long.toml")
