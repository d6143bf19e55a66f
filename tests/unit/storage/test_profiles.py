"""The shipped models, and the person's own ones over them; a bad file costs only itself."""

from pathlib import Path

import pytest

from sora_studio import paths
from sora_studio.storage.profiles import load_profiles

SHIPPED = paths.resources_dir() / "models"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def copy(own: Path, name: str, **changes: str) -> None:
    text = (SHIPPED / "sora-2.toml").read_text(encoding="utf-8")
    for good, bad in changes.items():
        text = text.replace(good, bad)
    (own / name).write_text(text, encoding="utf-8")


def test_the_shipped_models_are_sound(tmp_path: Path) -> None:
    profiles, errors = load_profiles(SHIPPED, tmp_path / "not there")
    assert len(profiles) == 24
    assert list(profiles) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
    assert errors == []


def test_an_own_file_overrides_or_joins(own: Path) -> None:
    copy(own, "sora-2.toml", **{"10_000_000": "5"})
    copy(own, "veo.toml", **{'"sora-2"': '"veo"'})
    (own / "notes.txt").write_text("not a model")
    profiles, errors = load_profiles(SHIPPED, own)
    assert len(profiles) == 25
    assert "veo" in profiles
    assert errors == []
    assert profiles["sora-2"].media[0].max_bytes == 5


def test_a_bad_file_is_told_and_the_rest_works_on(own: Path) -> None:
    copy(own, "sora-2.toml", **{"max_chars = 10_000": "max_chars = 0"})
    copy(own, "copy of sora-2.toml")
    (own / "bytes.toml").write_bytes(b"\xff\xfe")
    (own / "folder.toml").mkdir()
    (own / "long.toml").write_text("#" * 200_000)
    profiles, errors = load_profiles(SHIPPED, own)
    assert profiles["sora-2"].prompt.max_chars == 10_000
    assert {error.source: error.line for error in errors} == {
        "bytes.toml": 0,
        "copy of sora-2.toml": 4,
        "folder.toml": 0,
        "long.toml": 0,
        "sora-2.toml": 18,
    }
    assert (
        next(str(error) for error in errors if error.source == "sora-2.toml")
        == "sora-2.toml, line 18: max_chars must be at least 1; it is 0."
    )


def test_a_byte_order_mark_is_no_fault(own: Path) -> None:
    (own / "sora-2.toml").write_bytes(b"\xef\xbb\xbf" + (SHIPPED / "sora-2.toml").read_bytes())
    assert load_profiles(SHIPPED, own)[1] == []
