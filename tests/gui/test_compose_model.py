"""The composer's state: drafts that survive, requests that fit the model."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import KeyMissing, PublicUrlNeeded, StorageFull
from sora_studio.domain.models.draft import Medium, first_pictures
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import MediaKind, Role, Status
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.request import GenerationRequest
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.starter import Starter
from tests.doubles.compose_studio import A_SOUND, ComposeStudio, shipped_profile

EARLIER = Draft(7, GenerationRequest("sora-2", "An earlier prompt", {"duration": 15}, "value"), takes=3, caret=4)


@pytest.fixture
def studio(tmp_path: Path) -> ComposeStudio:
    return ComposeStudio(tmp_path)


def starter(loop: StudioEventLoop) -> Starter:
    return lambda coro, *, name: loop.create_task(coro, name=name)


def restored(loop: StudioEventLoop, studio: ComposeStudio) -> ComposeModel:
    model = ComposeModel(starter(loop))
    loop.run_until_complete(model.restore(studio))  # type: ignore[arg-type]  # shaped like a studio
    return model


def test_the_last_draft_comes_back_whole_and_is_not_written_again(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    studio.drafts.draft = EARLIER
    model = restored(loop, studio)
    assert (model.request.prompt, model.draft.takes, model.draft.caret) == ("An earlier prompt", 3, 4)
    assert model.request.options == {"duration": 15, "aspect_ratio": "landscape", "remove_watermark": True}
    model.keeper.touch()
    loop.run_until_complete(model.save())
    assert studio.drafts.saved == []


def test_what_was_typed_before_the_studio_came_is_kept_beside_the_earlier_draft(
    loop: StudioEventLoop, studio: ComposeStudio
) -> None:
    studio.drafts.draft = EARLIER
    model = ComposeModel(starter(loop))
    model.set_prompt("A new idea")
    assert loop.run_until_complete(model.restore(studio)) == EARLIER  # type: ignore[arg-type]
    loop.run_until_complete(model.save())
    [kept] = studio.drafts.saved
    assert kept.request.prompt == "A new idea"
    assert kept.id != EARLIER.id


def test_a_change_is_due_to_be_saved_within_a_second_while_typing_goes_on(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)

    async def type_without_a_pause() -> float:
        started = loop.time()
        while not studio.drafts.saved:
            model.set_prompt(model.request.prompt + "x")
            await asyncio.sleep(0.05)
        return loop.time() - started

    assert loop.run_until_complete(type_without_a_pause()) <= 1.0


def test_one_write_follows_a_burst_of_typing(loop: StudioEventLoop, studio: ComposeStudio, qtbot: QtBot) -> None:
    model = restored(loop, studio)
    for length in range(1, 40):
        model.set_prompt("x" * length)

    qtbot.waitUntil(lambda: bool(studio.drafts.saved))
    assert [draft.request.prompt for draft in studio.drafts.saved] == ["x" * 39]


def test_typing_during_a_write_is_written_next(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    model.set_prompt("one")

    async def type_meanwhile() -> None:
        writing = asyncio.ensure_future(model.save())
        await asyncio.sleep(0)
        model.set_prompt("one two")
        await writing
        await model.save()

    loop.run_until_complete(type_meanwhile())
    assert [draft.request.prompt for draft in studio.drafts.saved] == ["one", "one two"]
    assert {draft.id for draft in studio.drafts.saved} == {1}


def test_a_full_disk_is_said_and_the_draft_is_written_once_there_is_room(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    studio.drafts.failure = StorageFull()
    model.set_prompt("precious")
    loop.run_until_complete(model.save())
    assert model.keeper.trouble == "The disk is full."
    studio.drafts.failure = None
    loop.run_until_complete(model.save())
    assert (model.keeper.trouble, studio.drafts.saved[0].request.prompt) == ("", "precious")


def test_a_cancelled_write_still_has_to_be_written(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    model.set_prompt("precious")

    async def cancel_then_save() -> None:
        writing = asyncio.ensure_future(model.save())
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await model.save()

    loop.run_until_complete(cancel_then_save())
    assert [draft.request.prompt for draft in studio.drafts.saved] == ["precious"]


def test_another_model_takes_what_the_options_mean_and_gives_them_back(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile(), shipped_profile("sora-2-pro")))
    model.set_option("duration", 15)
    model.set_option("aspect_ratio", "portrait")
    model.set_route("value")
    model.set_model("sora-2-pro")
    assert model.request.route == "official"
    assert model.request.options == {"duration": 12, "size": "720*1280"}
    model.set_media(Role.FIRST, ("https://example.com/a.png",))
    assert [option.field for option in model.options] == ["duration", "resolution"]
    model.set_model("sora-2")
    assert model.request.options == {"duration": 15, "aspect_ratio": "portrait", "remove_watermark": True}


def test_a_picture_changes_the_mode_and_gives_the_options_of_each_back(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile("grok-video")))
    model.set_option("duration", 12)
    assert model.request.options == {"duration": 12, "resolution": "480p", "aspect_ratio": "16:9"}
    model.set_media(Role.FIRST, ("https://example.com/a.png",))
    assert model.request.options == {"duration": 12, "resolution": "480p"}, "the picture keeps its own shape"
    model.set_option("aspect_ratio", "9:16")
    model.set_option("duration", 20)
    model.undo()
    assert model.request.options == {"duration": 12, "resolution": "480p", "aspect_ratio": "16:9"}
    model.redo()
    assert model.request.options == {"duration": 20, "resolution": "480p", "aspect_ratio": "9:16"}
    model.unset_option("aspect_ratio")
    assert model.request.options == {"duration": 20, "resolution": "480p"}


def test_what_changes_beside_the_model_is_said_until_the_next_choice(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile(), shipped_profile("kling-2-6")))
    model.set_option("duration", 15)
    model.set_model("kling-2-6")
    assert "Duration: 15 s becomes 10 s." in model.notes
    assert model.request.options == {"duration": 10, "aspect_ratio": "16:9"}, "sound has to be chosen"
    model.set_option("sound", False)
    assert not model.notes


def test_a_rule_of_the_other_model_says_why_it_changes_a_value(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile("seedance-2-0"), shipped_profile("wan-2-5-video")))
    model.set_option("resolution", "480p")
    model.set_option("aspect_ratio", "4:3")
    model.set_model("wan-2-5-video")
    (rule,) = shipped_profile("wan-2-5-video").rules
    assert rule.say in model.notes
    assert (model.request.options["resolution"], model.request.options["aspect_ratio"]) == ("480p", "16:9")


def test_a_crop_for_another_shape_does_not_outlive_the_model(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile("seedance-2-0"), shipped_profile("kling-2-1")))
    picture, edit = "https://example.com/a.png", PictureEdit(Crop(0, 0.2, 1, 0.5))
    model.use(
        GenerationRequest(
            "seedance-2-0",
            "A pier",
            {"aspect_ratio": "21:9"},
            media=first_pictures(picture),
            edits={picture: edit},
        )
    )
    assert model.request.edits == {picture: edit}
    model.set_model("kling-2-1")
    assert model.request.options["aspect_ratio"] == "16:9"
    assert model.request.edits == {}, "the picture's size is not known here"


def test_values_of_every_kind_are_taken_over(loop: StudioEventLoop, tmp_path: Path) -> None:
    model = restored(loop, ComposeStudio(tmp_path, shipped_profile("kling-2-1")))
    model.use(GenerationRequest("kling-2-1", "A pier", {"duration": 10, "negative_prompt": "haze", "cfg_scale": 0.6}))
    chosen = {"duration": 10, "aspect_ratio": "16:9", "negative_prompt": "haze", "cfg_scale": 0.6}
    assert (model.request.options, model.notes) == (chosen, "")


def test_a_request_of_a_model_that_is_gone_is_taken_over_by_one_that_is_there(
    loop: StudioEventLoop, studio: ComposeStudio
) -> None:
    model = restored(loop, studio)
    model.use(
        GenerationRequest(
            "sora-1", "Old words", {"duration": 12, "style": "noir"}, "direct", media=first_pictures("https://a.org/b.png")
        )
    )
    assert model.request == GenerationRequest(
        "sora-2",
        "Old words",
        {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True},
        "auto",
        mode="image-to-video",
        media=first_pictures("https://a.org/b.png"),
        profile=studio.profiles["sora-2"].digest,
    )


def test_a_problem_goes_away_with_the_change_of_what_it_concerns(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    assert loop.run_until_complete(model.submit()) == []
    assert model.problems == {"prompt": "The prompt is empty. Describe the clip first."}
    model.set_takes(2)
    assert "prompt" in model.problems
    model.set_prompt("A")
    assert model.problems == {}


def test_a_late_judgement_on_a_picture_that_has_been_replaced_is_dropped(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    studio.submission.image_problem = "It is no picture."
    model.set_media(Role.FIRST, ("/tmp/one.gif",))

    async def replace_meanwhile() -> None:
        checking = asyncio.ensure_future(model.check_media())
        await asyncio.sleep(0)
        model.set_media(Role.FIRST, ())
        await checking

    loop.run_until_complete(replace_meanwhile())
    assert model.problems == {}


def test_a_picture_that_the_service_cannot_reach_is_a_problem_of_the_picture(
    loop: StudioEventLoop, studio: ComposeStudio
) -> None:
    model = restored(loop, studio)
    model.use(
        GenerationRequest(
            "sora-2",
            "A",
            media=first_pictures("/tmp/one.png"),
        )
    )
    studio.submission.refusal = PublicUrlNeeded()
    assert loop.run_until_complete(model.submit()) == []
    assert "public address" in model.problems["images"]


def test_without_a_key_nothing_reaches_the_submission(loop: StudioEventLoop, studio: ComposeStudio) -> None:
    model = restored(loop, studio)
    studio.credentials.has_key = False
    model.set_prompt("A")
    with pytest.raises(KeyMissing):
        loop.run_until_complete(model.submit())
    assert studio.submission.submitted == []


def test_a_draft_of_a_model_that_is_gone_is_taken_over_by_its_successor_with_a_word(
    loop: StudioEventLoop, tmp_path: Path
) -> None:
    gone = replace(shipped_profile("sora-2"), status=Status.GONE, successors=("kling-3-0-std",))
    studio = ComposeStudio(tmp_path, shipped_profile("veo-3-1"), shipped_profile("kling-3-0-std"), gone)
    studio.drafts.draft = Draft(1, GenerationRequest("sora-2", "A pier", {"duration": 15, "aspect_ratio": "portrait"}))
    model = restored(loop, studio)
    assert (model.request.model, model.request.prompt) == ("kling-3-0-std", "A pier")
    assert (model.request.options["duration"], model.request.options["aspect_ratio"]) == (15, "9:16")
    assert model.notes.startswith("Sora 2 is no longer offered; this draft is with Kling 3.0 Standard now.")


def test_a_price_per_second_of_a_sound_is_known_once_the_sound_was_looked_at(loop: StudioEventLoop, tmp_path: Path) -> None:
    studio = ComposeStudio(tmp_path / "data", shipped_profile("infinitetalk"))
    studio.recordings.facts["long.mp3"] = replace(A_SOUND, seconds=600.0)
    (tmp_path / "long.mp3").write_bytes(b"a sound")
    sound = str(tmp_path / "long.mp3")
    model = restored(loop, studio)
    model.use(GenerationRequest("infinitetalk", "Hello", media={Role.AUDIO: (Medium(sound, MediaKind.AUDIO),)}))
    assert model.price is None
    looking = model.look(sound)
    assert looking is not None
    loop.run_until_complete(looking)
    assert model.price == PriceEstimate(18.0, 18.0, 18.0)
    assert "$18" in model.generate_words
