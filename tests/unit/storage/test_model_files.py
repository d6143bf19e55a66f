"""The files of the models: what is in use, and that nothing that the user wrote is ever lost."""

from pathlib import Path

import pytest

from sora_studio.domain.errors import DataFolderUnusable, ProfileError
from sora_studio.domain.models.model_file import ModelFile, Origin
from sora_studio.storage.model_files import ModelFiles
from tests.doubles.model_library import model_folders, write_own
from tests.doubles.models import HARBOUR, shipped_texts

SORA = shipped_texts()["sora-2"]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return model_folders(tmp_path)


@pytest.fixture
def own(folders: tuple[Path, Path]) -> Path:
    return folders[1]


@pytest.fixture
def files(folders: tuple[Path, Path]) -> ModelFiles:
    return ModelFiles(*folders)


def _told(file: ModelFile) -> tuple[str, Origin, str, int | None]:
    return file.name, file.origin, file.profile.title if file.profile else "", file.error.line if file.error else None


def test_the_list_says_whose_each_file_is_and_what_cannot_be_read(files: ModelFiles, own: Path) -> None:
    write_own(own, "harbour-1")
    write_own(own, "sora-2", SORA.replace("Sora 2", "My Sora"))
    write_own(own, "vidu-q3", "schema = 3\n")
    write_own(own, "broken", "x =\n")
    (own / "unsaved").mkdir()
    (own / "unsaved" / "sora-2.toml").write_text("typed", encoding="utf-8")
    found = files.list()
    assert [_told(file) for file in found] == [
        ("broken.toml", Origin.OWN, "", 1),
        ("vidu-q3.toml", Origin.REPLACES, "Vidu Q3", 1),
        ("grok-video.toml", Origin.SHIPPED, "Grok Video", None),
        ("harbour-1.toml", Origin.OWN, "Harbour 1", None),
        ("sora-2.toml", Origin.REPLACES, "My Sora", None),
    ]
    assert [file.name for file in found if file.has_unsaved] == ["sora-2.toml"]


def test_a_save_replaces_only_what_it_knows(files: ModelFiles, own: Path) -> None:
    assert files.save("sora-2.toml", "first", over=None) == ""
    assert files.save("sora-2.toml", "second", over="first") == ""
    (own / "sora-2.toml").write_text("from elsewhere", encoding="utf-8")
    assert files.save("sora-2.toml", "third", over="second") == "sora-2.toml.bak"
    assert (own / "sora-2.toml.bak").read_text(encoding="utf-8") == "from elsewhere"
    assert files.save("sora-2.toml", "fourth", over=None) == "sora-2.toml.bak-2"
    assert files.open("sora-2.toml").text == "fourth"


def test_bytes_that_are_no_text_survive_a_save(files: ModelFiles, own: Path) -> None:
    (own / "harbour-1.toml").write_bytes(b"\xff\xfe")
    opened = files.open("harbour-1.toml")
    backup = files.save("harbour-1.toml", HARBOUR, over=opened.own)
    assert (own / backup).read_bytes() == b"\xff\xfe"


def test_a_restored_file_is_set_aside_and_comes_back(files: ModelFiles, own: Path) -> None:
    write_own(own, "sora-2", "mine")
    backup = files.restore("sora-2.toml")
    assert files.open("sora-2.toml").text == SORA
    assert files.undo_restore("sora-2.toml", backup)
    assert files.open("sora-2.toml").text == "mine"
    assert not files.undo_restore("sora-2.toml", backup)


def test_unsaved_texts_of_a_file_and_of_its_proposal_are_kept_apart(files: ModelFiles, own: Path) -> None:
    proposal = own / "proposed" / "x" / "sora-2.toml"
    proposal.parent.mkdir(parents=True)
    proposal.write_text("proposed", encoding="utf-8")
    files.keep_unsaved(files.open("sora-2.toml"), "typed")
    files.keep_unsaved(files.open_proposal(proposal), "typed here")
    opened, proposed = files.open("sora-2.toml"), files.open_proposal(proposal)
    assert (opened.text, opened.unsaved) == (SORA, "typed")
    assert (proposed.text, proposed.unsaved) == ("proposed", "typed here")
    files.forget_unsaved(opened)
    assert files.open("sora-2.toml").unsaved is None
    assert files.open_proposal(proposal).unsaved == "typed here"


def test_files_that_cannot_be_opened_are_told(files: ModelFiles, own: Path) -> None:
    write_own(own, "long", "#" * 200_000)
    (own / "folder.toml").mkdir()
    for name, words in (("long.toml", "longer than 100,000"), ("folder.toml", "a folder")):
        with pytest.raises(ProfileError, match=words):
            files.open(name)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("", encoding="utf-8")
    files = ModelFiles(tmp_path / "shipped", tmp_path / "models")
    assert files.list() == []
    with pytest.raises(DataFolderUnusable):
        files.save("sora-2.toml", SORA, over=None)
