from pathlib import Path

import pytest

from sora_studio.cli.arguments import GenerateCommand, parse
from sora_studio.cli.generate import request_from
from sora_studio.domain.profile_toml import parse_profile
from sora_studio.domain.request import check_request
from sora_studio.paths import resources_dir

PROFILE = parse_profile((resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8"), "sora-2.toml")


def _request(*words: str):
    command = parse(["generate", "A harbour", *words])
    assert isinstance(command, GenerateCommand)
    return request_from(command, PROFILE.slug, PROFILE, command.prompt)


def test_values_become_the_profiles_own() -> None:
    request = _request("--set", "duration=15", "--set", "remove_watermark=off", "--set", "aspect_ratio=Portrait")
    assert request.options == {"duration": 15, "remove_watermark": False, "aspect_ratio": "portrait"}


@pytest.mark.parametrize(("choice", "field"), [("duration=11", "duration"), ("fps=30", "fps")])
def test_what_the_profile_does_not_know_is_refused_by_validation(choice: str, field: str) -> None:
    problems = check_request(_request("--set", choice).completed(PROFILE), PROFILE)
    assert [problem.field for problem in problems] == [field]


def test_pictures_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    request = _request("--image", "a.png", "--image", "https://x.example/b.png")
    assert request.images == (str(tmp_path / "a.png"), "https://x.example/b.png")
