"""Checking words with a dictionary that the test makes."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.services.writing.spell_checker import OWN_WORDS, SpellChecker

AFFIXES = "SET UTF-8\nTRY esianrtolcdugmphbyfvkwz\nSFX S Y 1\nSFX S 0 s .\n"


def dictionary(folder: Path, language: str, *words: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{language}.aff").write_text(AFFIXES, encoding="utf-8")
    (folder / f"{language}.dic").write_text("\n".join([str(len(words)), *words, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def checker(tmp_path: Path) -> SpellChecker:
    pytest.importorskip("hunspell")
    folder = dictionary(tmp_path / "system", "en_GB", "harbour/S", "boat/S", "café")
    (folder / "lonely.dic").write_text("1\nword\n", encoding="utf-8")
    dictionary(tmp_path / "more", "de_DE", "Hafen")
    dictionary(tmp_path / "more", "en_GB", "shadowed")
    return SpellChecker(tmp_path / "data", [tmp_path / "none", folder, tmp_path / "more"])


def test_languages_are_found_and_words_checked_in_the_chosen_one(checker: SpellChecker) -> None:
    async def check() -> None:
        assert await checker.languages() == ("de_DE", "en_GB")
        assert await checker.wrong(["harbur"]) == frozenset()  # none chosen yet
        assert await checker.choose("en_GB")
        assert await checker.wrong(["harbours", "harbur", "café", "shadowed"]) == {"harbur", "shadowed"}
        assert await checker.suggest("harbur") == ("harbour",)
        assert await checker.choose("de_DE")
        assert await checker.wrong(["Hafen", "harbour"]) == {"harbour"}
        assert not await checker.choose("fr_FR")
        assert await checker.wrong(["harbour"]) == frozenset()

    asyncio.run(check())


def test_own_words_are_kept_and_shared_with_another_window(checker: SpellChecker, tmp_path: Path) -> None:
    async def check() -> None:
        other = SpellChecker(tmp_path / "data", [tmp_path / "system"])
        assert await other.choose("en_GB")
        assert await checker.choose("en_GB")
        await checker.add("ferryman")
        await other.add("Sora")
        assert await checker.wrong(["ferryman", "lantrn"]) == {"lantrn"}
        assert await other.wrong(["ferryman", "Sora"]) == frozenset()

    asyncio.run(check())
    assert (tmp_path / "data" / OWN_WORDS).read_text(encoding="utf-8") == "Sora\nferryman\n"


def test_words_of_another_script_are_not_judged(tmp_path: Path) -> None:
    pytest.importorskip("hunspell")
    folder = dictionary(tmp_path / "system", "en_GB", "boat")
    (folder / "en_GB.aff").write_text("SET ISO8859-1\n", encoding="ascii")

    async def check() -> None:
        checker = SpellChecker(tmp_path / "data", [folder])
        assert await checker.choose("en_GB")
        assert await checker.wrong(["шлюпка", "שלום", "bot"]) == {"bot"}
        assert await checker.suggest("шлюпка") == ()

    asyncio.run(check())


def test_without_the_package_it_is_off_quietly(tmp_path: Path) -> None:
    async def check() -> None:
        checker = SpellChecker(tmp_path / "data", [dictionary(tmp_path / "system", "en_GB", "boat")])
        checker.is_available = False
        assert await checker.languages() == ()
        assert not await checker.choose("en_GB")
        assert await checker.wrong(["bot"]) == frozenset()

    asyncio.run(check())
