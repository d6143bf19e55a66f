"""One request for several models: as each of them takes it, and what keeps it from being sent."""

import random

from sora_studio.domain.beside import BesideEntry, beside, carried
from sora_studio.domain.models.carry import carry
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, as_draft, check_request
from tests.doubles.models import addresses, any_draft, shipped_models

PAIRS = 60


def tried(request: GenerationRequest, source: ModelProfile, *targets: ModelProfile) -> list[BesideEntry]:
    return beside(request, source, targets, lambda target: carried(request, source, target))


def test_each_model_gets_what_the_carried_draft_says_and_nothing_is_lost() -> None:
    rng, models = random.Random(11), list(shipped_models().values())
    for _ in range(PAIRS):
        source = rng.choice(models)
        draft = any_draft(source, rng.choice(source.modes), rng)
        request = GenerationRequest(source.slug, draft.prompt, draft.options, draft.route, mode=draft.mode, media=draft.media)
        first, *others = tried(request, source, *rng.sample(models, 3))
        assert (first.profile, first.request, first.notes) == (source, request, ())
        for entry in others:
            moved = carry(draft, source, entry.profile)
            assert as_draft(entry.request, entry.profile) == moved.draft
            assert entry.notes == moved.notes
            assert (entry.request.model, entry.request.prompt) == (entry.profile.slug, draft.prompt)
            assert addresses(entry.request.media, entry.request.set_aside) == addresses(draft.media)
            parts = [part.completed(entry.profile) for part in entry.request.split(entry.profile)]
            assert entry.parts == len(parts)
            assert set(entry.problems) == {problem for part in parts for problem in check_request(part, entry.profile)}


def test_the_drafts_own_model_is_there_once_and_first() -> None:
    models = shipped_models()
    request = GenerationRequest("sora-2", "A ferry.")
    entries = tried(request, models["sora-2"], models["veo-3-1"], models["sora-2"])
    assert [entry.profile.slug for entry in entries] == ["sora-2", "veo-3-1"]


def test_several_first_pictures_are_as_many_tasks_of_one_take() -> None:
    two = GenerationRequest("sora-2", "A ferry.", media=first_pictures("https://a.example/1.png", "https://a.example/2.png"))
    (entry,) = tried(two, shipped_models()["sora-2"])
    assert entry.parts == 2
