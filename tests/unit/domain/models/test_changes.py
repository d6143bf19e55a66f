"""What changes is told before a model is chosen: losses, gains, and what will be asked for."""

import random
from dataclasses import replace

from sora_studio.domain.models.carry import carry
from sora_studio.domain.models.changes import ChangeKind, DraftChange, preview
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import Role, Status
from tests.doubles.models import any_draft, harbour, image, model, shipped_models

FRAMES = Draft("A ferryman coils a wet rope.", "image-to-video", {"duration": 10}, {Role.FIRST: (image("first"),)})


def told(draft: Draft, source: str, target: str) -> list[tuple[ChangeKind, str, str]]:
    changes = preview(draft, shipped_models()[source], shipped_models()[target]).changes
    return [(change.kind, change.say, change.why) for change in changes]


def test_a_picture_that_was_set_aside_is_a_gain() -> None:
    draft = replace(FRAMES, set_aside={Role.LAST: (image("last"),)})
    gained = (
        ChangeKind.GAINED,
        "Both pictures are used: first and last frame.",
        "With Sora 2 the last one was set aside.",
    )
    assert gained in told(draft, "sora-2", "seedance-2-0")
    assert not any("is back as" in say for _, say, _ in told(draft, "sora-2", "seedance-2-0"))


def test_a_reference_that_was_set_aside_is_named() -> None:
    draft = Draft("x", "text-to-video", set_aside={Role.REFERENCE: (image("boat"),)})
    reference = model("reference", "[[media]]\nrole = 'reference'\nkind = 'image'\nfield = 'urls'\nmax = 3", title="Other")
    gains = [
        change for change in preview(draft, shipped_models()["sora-2"], reference).changes if change.kind is ChangeKind.GAINED
    ]
    assert gains == [DraftChange(ChangeKind.GAINED, "boat.png is back as reference.", "With Sora 2 it was set aside.")]


def test_sound_is_told_where_there_was_none() -> None:
    assert (ChangeKind.CHANGED, "Sound starts on; duration stays 10 s.", "Here sound is a switch.") in told(
        FRAMES, "sora-2", "seedance-2-0"
    )
    assert (ChangeKind.GAINED, "Sound can be switched on.", "Sora 2 has no such switch.") in told(FRAMES, "sora-2", "kling-2-6")
    assert (ChangeKind.CHANGED, "Clips have sound; duration stays 10 s.", "HappyHorse always makes it.") in told(
        FRAMES, "sora-2", "happyHorse"
    )
    assert not any("ound" in say for _, say, _ in told(FRAMES, "kling-2-6", "kling-3-0-std"))


def test_what_will_be_asked_for_is_told_unless_it_is_already() -> None:
    empty = Draft("", "text-to-video")
    needed = [
        change.say
        for change in preview(empty, shipped_models()["sora-2"], harbour()).changes
        if change.kind is ChangeKind.NEEDED
    ]
    assert needed == ["Choose Resolution first."]


def test_the_same_model_and_one_that_is_gone_change_nothing() -> None:
    sora = shipped_models()["sora-2"]
    assert preview(FRAMES, sora, sora).changes == ()
    assert preview(FRAMES, sora, replace(sora, slug="sora-1", status=Status.GONE)).changes == ()


def test_every_note_of_a_change_is_told_but_that_a_mode_of_the_same_kind_has_another_name() -> None:
    rng, models = random.Random(5), list(shipped_models().values())
    for source in models:
        target = rng.choice(models)
        draft = any_draft(source, rng.choice(source.modes), rng)
        if source is target:
            continue
        carried, seen = carry(draft, source, target), preview(draft, source, target)
        assert seen.draft == carried.draft
        told = {change.say for change in seen.changes}
        untold = {note for note in carried.notes if note not in carried.gains} - told
        assert all(note.startswith("Mode: ") for note in untold)
