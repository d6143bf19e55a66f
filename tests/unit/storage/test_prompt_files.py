from pathlib import Path

import pytest

from sora_studio.paths import resources_dir
from sora_studio.storage.prompt_files import PromptFiles

SHIPPED = resources_dir() / "prompts"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for kind in ("vocabulary", "hints"):
        (tmp_path / kind).mkdir()
    return tmp_path


def test_all_that_ships_can_be_read(tmp_path: Path) -> None:
    files = PromptFiles(SHIPPED, tmp_path / "missing")
    assert len(files.book.rules) > 30
    assert len(files.vocabulary.terms) >= 300
    assert files.errors == ()


def test_own_files_extend_the_shipped_ones_and_a_wrong_one_is_named(own: Path) -> None:
    (own / "vocabulary" / "a.toml").write_text('\ufeffschema = 1\n[mood]\n"sea-sick" = "green"\n', encoding="utf-8")
    (own / "vocabulary" / "b.toml").write_text('schema = 1\n[mod]\n"x" = "y"\n', encoding="utf-8")
    (own / "vocabulary" / "c.toml").write_bytes(b"\xff\xfe\x00")
    (own / "vocabulary" / "d.toml").mkdir()
    (own / "vocabulary" / "e.toml").write_text("#" * 200_000)
    (own / "vocabulary" / "notes.txt").write_text("not read")
    files = PromptFiles(SHIPPED, own)
    assert [span.term.gloss for span in files.vocabulary.find("A sea-sick sailor")] == ["green"]
    sentences = [error.sentence for error in files.errors]
    assert sentences[0].startswith("b.toml, line 2: There is no kind 'mod'")
    assert sentences[1].startswith("c.toml: It is not text in UTF-8.")
    assert sentences[2].startswith("d.toml: It cannot be read")
    assert sentences[3].startswith("e.toml: It is longer than 100,000 characters.")
    assert all(sentence.endswith("This file is ignored; everything else works.") for sentence in sentences)


def test_files_are_read_when_they_are_first_needed(own: Path) -> None:
    files = PromptFiles(SHIPPED, own)
    (own / "vocabulary" / "late.toml").write_text('schema = 1\n[mood]\n"tardy" = "after all"\n')
    assert files.vocabulary.search("tard")[0].gloss == "after all"
    (own / "vocabulary" / "later.toml").write_text("wrong")
    assert files.vocabulary is files.vocabulary
    assert files.errors == ()


def test_a_folder_that_cannot_be_listed_is_a_sentence(tmp_path: Path) -> None:
    loop = tmp_path / "vocabulary"
    loop.symlink_to(loop)
    files = PromptFiles(SHIPPED, tmp_path)
    assert files.vocabulary.terms
    assert "The folder cannot be read" in files.errors[0].sentence
