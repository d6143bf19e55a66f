"""Options are named as the model's form names them, for every model, and stand as they were sent for an unknown one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.models.profile import OptionKind
from sora_studio.domain.models.read import read
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase
from sora_studio.paths import resources_dir
from sora_studio.viewmodels.library.file_words import file_text, trash_text
from sora_studio.viewmodels.library.option_words import options_text, texts
from tests.doubles.task_studio import NOW, clip_in, task_in

PROFILES = {
    profile.slug: profile
    for path in (resources_dir() / "models").glob("*.toml")
    for profile in [read(path.read_text(encoding="utf-8"), path.name)]
}


def _text(model: str, options: Mapping[str, OptionValue]) -> str:
    return options_text(GenerationRequest(model, "A pier", options), PROFILES.get(model))


def test_options_speak_as_the_form_does() -> None:
    sora = {"remove_watermark": False, "aspect_ratio": "portrait", "duration": 15}
    assert _text("sora-2", sora) == "15 s · portrait · watermark kept"
    assert _text("gone-model", {"aspect_ratio": "16:9", "audio": True}) == "aspect ratio 16:9 · audio on"
    assert _text("sora-2", {"duration": 10, "n_frames": 24}) == "10 s · n frames 24"


@pytest.mark.parametrize("model", sorted(PROFILES))
def test_no_option_of_any_model_is_shown_raw(model: str) -> None:
    profile = PROFILES[model]
    for option in profile.options:
        values = [choice.value for choice in option.choices]
        if option.kind is OptionKind.SWITCH:
            values = [True, False]
        for value in values:
            words = _text(model, {option.field: value})
            assert "_" not in words
            assert words
            assert "True" not in words
            assert "False" not in words
    long = [option for option in profile.options if option.kind is OptionKind.TEXT]
    request = GenerationRequest(model, "A pier", {option.field: "no people" for option in long})
    assert options_text(request, profile) == ""
    assert sorted(texts(request, profile)) == sorted((option.title, "no people") for option in long)


def test_the_state_of_the_files() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    saved = clip_in(ClipState.SAVED, 1, now=now, size_bytes=24_000_000)
    remote = clip_in(ClipState.REMOTE, 1, index=1, now=now, trouble="The disk is full.")
    assert file_text(task_in(Phase.READY, clips=(saved,)), now) == "24 MB · saved"
    assert file_text(task_in(Phase.UNSAVED, clips=(saved, remote)), now) == "24 MB · 1 not saved yet · 1 saved"
    until = remote.expires_at.astimezone()
    words = f"only at the service until {until:%A}, {until.day} {until:%B}, {until:%H:%M} · The disk is full"
    assert file_text(task_in(Phase.UNSAVED, clips=(remote,)), now) == words
    assert file_text(task_in(Phase.MISSING, clips=(clip_in(ClipState.MISSING, 1),)), now) == "missing"
    assert file_text(task_in(Phase.FAILED), now) == "none"
    assert trash_text(task_in(Phase.READY, trashed_at=NOW - timedelta(days=18)), NOW) == "goes for good in 12 days"
    assert trash_text(task_in(Phase.READY), NOW) == ""
