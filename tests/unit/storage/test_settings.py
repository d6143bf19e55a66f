"""Settings survive being written by us and by people, and nothing that they hold stops the program."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sora_studio.domain.errors import InvalidSetting, StorageFull
from sora_studio.domain.settings import Settings, Theme
from sora_studio.storage.settings import SettingsFile

OWN = Settings(
    base_url="http://localhost:8000",
    output_dir=Path("/films/mine äö").absolute(),
    file_template="{slug} {id}",
    theme=Theme.LIGHT,
    model="sora-2-pro",
    day_soft_limit_usd=5.0,
    day_hard_limit_usd=12.5,
    batch_ask_usd=20.0,
    backup_limit_gb=7.5,
    models_url="http://127.0.0.1:8000/docs",
    favourite_models=("veo-3-1", "seedance-2-0"),
    tell_when_ready=False,
    tell_with_sound=True,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "settings.toml"


def test_without_a_file_there_are_the_defaults_and_no_trouble(path: Path) -> None:
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert file.trouble == ""
    assert not path.exists()


@pytest.mark.parametrize("kept", [OWN, Settings()])
def test_what_was_saved_is_loaded(path: Path, kept: Settings) -> None:
    SettingsFile(path).save(kept)
    file = SettingsFile(path)
    assert file.load() == kept
    assert file.trouble == ""
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_a_person_may_write_a_part_of_it_with_any_editor(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'\xef\xbb\xbf# mine\r\ntheme = "dark"\r\nunknown = 3\r\n')
    file = SettingsFile(path)
    assert file.load() == Settings(theme=Theme.DARK)
    assert file.trouble == ""


@pytest.mark.parametrize(
    "content", [b'theme = "dark', b"\xff\xfe\x00", b"a = " + b"[" * 3000, b"a = " + b"9" * 5000, b"theme = 1979-99-99"]
)
def test_a_damaged_file_is_kept_aside_and_told(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert "settings.toml is damaged" in file.trouble
    assert path.with_name("settings.toml.damaged").read_bytes() == content
    file.save(OWN)
    assert file.load() == OWN
    assert file.trouble == ""
    assert path.with_name("settings.toml.damaged").read_bytes() == content


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('base_url = "http://api.example"', "base_url"),
        ("base_url = 1", "base_url"),
        ('output_dir = "films"', "output_dir"),
        ('output_dir = "~nobody-of-this-name/x"', "output_dir"),
        ("output_dir = ''", "output_dir"),
        ('file_template = "{slug}"', "file_template"),
        ('theme = "pink"', "theme"),
        ("theme = true", "theme"),
        ('model = "../x"', "model"),
    ],
)
def test_one_bad_value_takes_its_default_and_the_rest_stays(path: Path, line: str, key: str) -> None:
    SettingsFile(path).save(OWN)
    kept = [each for each in path.read_text(encoding="utf-8").splitlines() if not each.startswith(key)]
    path.write_text("\n".join([*kept, line]), encoding="utf-8")
    file = SettingsFile(path)
    loaded = file.load()
    assert f"settings.toml: {key} is not used." in file.trouble
    assert getattr(loaded, key) == getattr(Settings(), key)
    others = {"base_url", "output_dir", "file_template", "theme", "model"} - {key}
    assert all(getattr(loaded, other) == getattr(OWN, other) for other in others)
    assert line in path.with_name("settings.toml.damaged").read_text(encoding="utf-8")


def test_who_only_looks_leaves_no_copy_of_a_damaged_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("theme = 3", encoding="utf-8")
    file = SettingsFile(path, keeps_damaged=False)
    assert file.load() == Settings()
    assert "theme is not used" in file.trouble
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_favourite_models_are_a_list_of_slugs_each_once(path: Path) -> None:
    path.parent.mkdir()
    file = SettingsFile(path)
    path.write_text('favourite_models = ["veo-3-1", "sora-2", "veo-3-1"]', encoding="utf-8")
    assert (file.load().favourite_models, file.trouble) == (("veo-3-1", "sora-2"), "")
    for line in ('favourite_models = "sora-2"', 'favourite_models = ["sora-2", "../x"]', "favourite_models = [1]"):
        path.write_text(line, encoding="utf-8")
        assert file.load().favourite_models == ()
        assert "settings.toml: favourite_models is not used." in file.trouble


def test_a_file_that_cannot_be_read_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert "cannot be read" in file.trouble
    with pytest.raises(InvalidSetting, match="cannot be written"):
        file.save(OWN)


@pytest.mark.parametrize(("code", "expected"), [(errno.ENOSPC, StorageFull), (errno.EIO, InvalidSetting)])
def test_a_save_that_fails_leaves_the_old_file_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: type[Exception]
) -> None:
    file = SettingsFile(path)
    file.save(OWN)

    def fail(_handle: int) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(expected):
        file.save(Settings())
    assert file.load() == OWN
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    (tmp_path / "real.toml").write_text("")
    try:
        path.symlink_to(tmp_path / "real.toml")
    except OSError:
        pytest.skip("this system lets nobody make links")
    SettingsFile(path).save(OWN)
    assert path.is_symlink()
    assert SettingsFile(tmp_path / "real.toml").load() == OWN


def test_a_folder_whose_name_no_text_can_hold_is_refused(path: Path) -> None:
    with pytest.raises(InvalidSetting):
        SettingsFile(path).save(Settings(output_dir=Path("/caf\udce9")))
    assert not path.exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_no_content_stops_the_program(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    assert isinstance(SettingsFile(path).load(), Settings)


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "true", '"ten"', "9" * 400])
def test_a_limit_that_is_no_amount_is_told_and_holds_nothing(path: Path, wrong: str) -> None:
    path.parent.mkdir()
    path.write_text(f"day_hard_limit_usd = {wrong}\nday_soft_limit_usd = 5\n", encoding="utf-8")
    file = SettingsFile(path)
    assert file.load() == Settings(day_soft_limit_usd=5.0)
    assert "day_hard_limit_usd is not used" in file.trouble
