"""The longest version of a test changes its length and nothing else."""

from dataclasses import replace

from sora_studio import paths
from sora_studio.domain.longer import longest_version
from sora_studio.domain.models.profile import DURATION
from sora_studio.domain.models.read import read
from sora_studio.domain.request import GenerationRequest, check_request
from tests.unit.services.rig import sora_2


def test_a_short_test_becomes_the_longest_clip_and_a_long_one_stays() -> None:
    test = GenerationRequest("sora-2", "A harbour", {"duration": 10, "aspect_ratio": "portrait"})
    longest = longest_version(test, sora_2())
    assert longest is not None
    assert longest.options["duration"] == 15
    assert (longest.options["aspect_ratio"], longest.prompt) == ("portrait", "A harbour")
    assert longest_version(longest, sora_2()) is None


def test_a_request_without_a_length_has_the_models_own() -> None:
    longest = longest_version(GenerationRequest("sora-2", "A harbour"), sora_2())
    assert longest is not None
    assert longest.options["duration"] == 15


def test_every_model_gives_a_longer_request_that_it_takes_or_none() -> None:
    found = 0
    for file in sorted((paths.resources_dir() / "models").glob("*.toml")):
        profile = read(file.read_text(encoding="utf-8"), file.name)
        for mode in profile.modes:
            request = replace(GenerationRequest(profile.slug, "A harbour", mode=mode.id), route="").completed(profile)
            longest = longest_version(request, profile)
            if longest is None:
                continue
            found += 1
            (field,) = {option.field for option in profile.options_in(mode.id) if option.meaning == DURATION}
            assert longest.options[field] != request.options.get(field)
            assert not check_request(longest, profile)
    assert found > 3
