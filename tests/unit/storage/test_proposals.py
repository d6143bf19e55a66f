"""Proposals are kept apart from the models that are installed."""

import errno
from pathlib import Path

import pytest

from sora_studio.domain.errors import DataFolderUnusable, StorageFull
from sora_studio.storage import proposals
from sora_studio.storage.profiles import load_profiles
from sora_studio.storage.proposals import save_proposal
from tests.doubles.models import HARBOUR


def test_a_proposal_is_not_read_as_a_model(tmp_path: Path) -> None:
    saved = save_proposal(tmp_path / "models" / "proposed", "harbour-1", b"{}", HARBOUR)
    assert saved.profile
    assert load_profiles(tmp_path / "none", tmp_path / "models") == ({}, [])
    saved.profile.rename(tmp_path / "models" / saved.profile.name)
    profiles, errors = load_profiles(tmp_path / "none", tmp_path / "models")
    assert (list(profiles), errors) == (["harbour-1"], [])


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "proposed").write_text("in the way", encoding="utf-8")
    with pytest.raises(DataFolderUnusable, match="is not a folder"):
        save_proposal(tmp_path / "proposed", "harbour-1", b"{}", "")


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(proposals, "write_whole", write)
    with pytest.raises(StorageFull):
        save_proposal(tmp_path, "harbour-1", b"{}", "")
