"""What a person asks for is checked before it costs anything, and what became unclear is theirs to settle."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import (
    BatchQuestion,
    ConnectionFailed,
    InvalidRequest,
    KeyMissing,
    ModelGone,
    OutcomeUnknown,
    Problem,
    PublicUrlNeeded,
    RequestRefused,
    RequestRepeated,
    TaskUnknown,
)
from sora_studio.domain.models.draft import Medium, first_pictures
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import Crop, PictureEdit, PictureRoute
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.domain.task import TaskState
from sora_studio.services.pictures.picture_digest import digest_of
from tests.doubles.gateway import DONE, FAILED
from tests.doubles.models import shipped_models
from tests.doubles.outside import Lock
from tests.doubles.prices import clip_price
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2


def test_what_failed_is_sent_again_as_one_batch_and_nothing_else_is(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        profile = replace(rig.core.profiles["sora-2"], prices=())
        rig.core.profiles["sora-2"] = profile  # type: ignore[index] - a dict, as the rig made it
        rig.gateway.creates.extend([RequestRefused(), OutcomeUnknown(), "remote-3", RequestRefused()])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("refused", "unclear", "ready", "refused too")
            await rig.advance(600)
            submission = rig.engine.submission
            with pytest.raises(BatchQuestion):
                await submission.resubmit_failed([1, 2, 3, 4], ask=True)
            assert len(rig.tasks.rows) == 4
            added = await submission.resubmit_failed([4, 1, 2, 3, 1])
            assert [(task.request.prompt, task.take, task.takes) for task in added] == [
                ("refused too", 1, 1),
                ("refused", 1, 1),
            ]
            assert {task.batch for task in added} == {added[0].id}
            assert rig.row(2).removed_at is None
            assert await submission.resubmit_failed([1, 2, 3, 4]) == [], "pressed twice"
            assert await submission.resubmit_failed([2, 3]) == []

    run(story())


def test_one_bad_request_keeps_back_all_that_failed(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.extend([RequestRefused(), RequestRefused()])
        async with rig:
            await rig.submit("good", "bad")
            bad = rig.row(2)
            rig.tasks.rows[2] = replace(bad, request=replace(bad.request, options={"duration": 99}))
            with pytest.raises(InvalidRequest):
                await rig.engine.submission.resubmit_failed([1, 2])
            assert len(rig.tasks.rows) == 2
            assert len(await rig.engine.submission.resubmit_failed([1])) == 1

    run(story())


def test_takes_are_tasks_of_their_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            tasks = await rig.engine.submission.submit(request(), takes=3)
            assert [(task.take, task.takes, task.state) for task in tasks] == [(n, 3, TaskState.WAITING) for n in (1, 2, 3)]
            assert tasks[0].request.options == {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True}

    run(story())


@pytest.mark.parametrize(
    ("wrong", "takes", "field"),
    [
        (request(""), 1, "prompt"),
        (request("x" * 10_001), 1, "prompt"),
        (request(), 0, "takes"),
        (request(), 11, "takes"),
        (request(model="nothing"), 1, "model"),
        (
            request(images=("/a/huge.png",)),
            1,
            "images",
        ),
        (
            request(images=("/a/moving.gif",)),
            1,
            "images",
        ),
        (request(images=tuple(f"/a/{n}.png" for n in range(11))), 10, "takes"),
        (
            request(images=("https://pictures.example/gone.png",)),
            1,
            "images",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_control_and_makes_nothing(
    tmp_path: Path, wrong: GenerationRequest, takes: int, field: str
) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            rig.media.images["huge.png"] = ImageFacts("png", 9000, 9000, 12_300_000)
            rig.media.images["moving.gif"] = ImageFacts("gif", 10, 10, 100)
            gone = InvalidRequest([Problem("images", "The address answers 404.")])
            rig.checker.troubles["https://pictures.example/gone.png"] = gone
            with pytest.raises(InvalidRequest) as caught:
                await rig.engine.submission.submit(wrong, takes=takes)
            assert {problem.field for problem in caught.value.problems} == {field}
            assert not rig.tasks.rows

    run(story())


def test_several_pictures_are_tasks_of_their_own_made_together(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, concurrent_tasks=1) as rig:
            prices = (clip_price(0.5),)
            rig.core.profiles["sora-2"] = replace(sora_2(concurrent_tasks=1), prices=prices)  # type: ignore[index] - a dict, as the rig made it
            edits = {"/a/2.png": PictureEdit(Crop(0, 0, 0.5, 1))}
            both = replace(
                request(
                    images=(
                        "/a/1.png",
                        "/a/2.png",
                    )
                ),
                edits=edits,
            )
            tasks = await rig.engine.submission.submit(both, takes=3)
            assert [(task.request.sources, task.take, task.takes) for task in tasks] == [
                ((image,), take, 3) for image in ("/a/1.png", "/a/2.png") for take in (1, 2, 3)
            ]
            assert [task.request.edits for task in tasks[2:4]] == [{}, edits]
            assert {task.estimated_usd for task in tasks} == {0.5}

    run(story())


def test_pictures_of_which_one_was_sent_a_moment_ago_are_asked_about_together(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, concurrent_tasks=1) as rig:
            submission = rig.engine.submission
            await submission.submit(request(images=("/a/2.png",)))
            await rig.advance(5)
            three = replace(
                request(
                    images=(
                        "/a/1.png",
                        "/a/2.png",
                        "/a/3.png",
                    )
                ),
                pictures_by=PictureRoute.RELAY,
            )
            with pytest.raises(RequestRepeated):
                await submission.submit(three)
            assert len(rig.tasks.rows) == 1
            assert len(await submission.submit(three, again=True)) == 3

    run(story())


def test_an_address_that_nobody_could_look_at_is_looked_at_again_before_it_is_paid_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            url = "https://pictures.example/cat.png"
            rig.checker.troubles[url] = ConnectionFailed("The address cannot be reached.")
            with pytest.raises(InvalidRequest, match="The address cannot be reached") as caught:
                await rig.engine.submission.submit(request(images=(url,)))
            assert [problem.source for problem in caught.value.problems] == [url]
            assert not rig.tasks.rows
            rig.engine.connection.online = False  # then it may be this machine's fault, and the task is queued for later
            await rig.engine.submission.submit(request(images=(url,)))
            rig.engine.connection.succeeded()
            await rig.advance(0.1)
            assert (rig.state(), rig.row().trouble) == (TaskState.WAITING, "The address cannot be reached.")
            rig.checker.troubles[url] = InvalidRequest([Problem("images", "It is no picture.")])
            await rig.advance(60)
            assert (rig.state(), rig.row().fail_message) == (TaskState.FAILED, "It is no picture.")
            assert not rig.gateway.created

    run(story())


def test_a_local_picture_needs_a_gateway_that_can_reach_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, loopback=False) as rig:
            local = request(images=("/a/cat.png",))
            with pytest.raises(PublicUrlNeeded):
                await rig.engine.submission.submit(local)
            (problem,) = await rig.engine.submission.check(local)
            assert problem.field == "images"
            assert "https" in problem.message
            await rig.engine.submission.submit(request(images=("https://pictures.example/cat.png",)))
            await rig.advance(0.1)
            assert rig.gateway.image_urls == [["https://pictures.example/cat.png"]]

    run(story())


def test_without_a_key_nothing_is_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, has_key=False) as rig:
            with pytest.raises(KeyMissing):
                await rig.engine.submission.submit(request())
            assert not rig.tasks.rows

    run(story())


def test_a_waiting_task_can_be_taken_back_and_a_sent_one_cannot(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, concurrent_tasks=1) as rig:
            await rig.submit("one", "two")
            assert await rig.engine.submission.cancel(2)
            assert not await rig.engine.submission.cancel(1)
            assert rig.states() == [TaskState.PENDING, TaskState.CANCELLED]

    run(story())


async def unclear(rig: Rig) -> None:
    rig.gateway.creates.append(OutcomeUnknown())
    await rig.submit("unclear")


def test_an_attached_id_is_followed_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await unclear(rig)
            assert await rig.engine.submission.attach(1, " task_123 ")
            await rig.advance(0.1)
            assert [task for task, _ in rig.gateway.asked] == ["task_123"]
            assert rig.state() is TaskState.PROCESSING

    run(story())


@pytest.mark.parametrize("bad", ["", "  ", "two words", "remote-1"])
def test_what_cannot_be_the_tasks_id_is_not_attached(tmp_path: Path, bad: str) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("accepted as remote-1")
            rig.gateway.creates.append(OutcomeUnknown())
            await rig.submit("unclear")
            assert not await rig.engine.submission.attach(2, bad)
            assert not await rig.engine.submission.attach(1, "task_9")
            assert rig.state(2) is TaskState.UNKNOWN

    run(story())


def test_a_picture_that_is_another_than_the_one_that_was_shown_is_not_taken(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            picture = tmp_path / "pier.png"
            picture.write_bytes(b"as it was shown")
            wanted = request(images=(str(picture),))
            shown = {str(picture): await digest_of(picture)}
            picture.write_bytes(b"something else")
            with pytest.raises(InvalidRequest, match="has changed since it was shown"):
                await rig.engine.submission.submit(wanted, shown=shown)
            assert rig.tasks.rows == {}
            picture.write_bytes(b"as it was shown")
            (task,) = await rig.engine.submission.submit(wanted, shown=shown)
            assert task.request.seen == shown

    run(story())


def test_a_task_is_sent_again_with_the_pictures_that_it_had_or_not_at_all(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            picture = tmp_path / "pier.png"
            picture.write_bytes(b"as it was shown")
            await rig.engine.submission.submit(request(images=(str(picture),)))
            await rig.engine.submission.cancel(1)
            picture.write_bytes(b"something else")
            with pytest.raises(InvalidRequest, match="has changed since it was shown"):
                await rig.engine.submission.resubmit(1)
            picture.write_bytes(b"as it was shown")
            assert len(await rig.engine.submission.resubmit(1)) == 1

    run(story())


def test_pressing_resubmit_twice_pays_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await unclear(rig)
            submission = rig.engine.submission
            made = await asyncio.gather(submission.resubmit(1), submission.resubmit(1))
            made.append(await submission.resubmit(1))
            await rig.advance(0.1)
            assert [len(tasks) for tasks in made] == [1, 0, 0]
            assert rig.row(1).removed_at is not None
            assert len(rig.gateway.created) == 2
            assert rig.row(2).request.prompt == "unclear"

    run(story())


def test_a_running_task_is_neither_resubmitted_nor_discarded(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            assert await rig.engine.submission.resubmit(1) == []
            assert not await rig.engine.submission.discard(1)
            assert len(rig.tasks.rows) == 1

    run(story())


def test_a_guest_adds_rows_and_the_owner_sends_them(tmp_path: Path) -> None:
    async def story() -> None:
        owner = Rig(tmp_path)
        guest = Rig(tmp_path, tasks=owner.tasks, clock=owner.clock, lock=Lock(free=False))
        async with owner, guest:
            assert not guest.engine.tracking.is_owner
            await guest.submit("from the command line")
            await guest.advance(1.5)
            assert not guest.gateway.created
            assert [created.prompt for created in owner.gateway.created] == ["from the command line"]
            assert guest.engine.tracking.snapshot().running == 1

    run(story())


def test_a_guest_takes_over_when_the_owner_ends(tmp_path: Path) -> None:
    async def story() -> None:
        owner = Rig(tmp_path)
        guest = Rig(tmp_path, tasks=owner.tasks, clock=owner.clock, lock=Lock(free=False))
        async with guest:
            async with owner:
                await owner.submit("one")
                await owner.advance(100)
            guest.lock.free = True
            await guest.advance(2)
            assert guest.engine.tracking.is_owner
            await guest.advance(70)
            assert not guest.gateway.asked
            await guest.advance(10)
            assert [task for task, _ in guest.gateway.asked] == ["remote-1"]
            assert not owner.gateway.asked

    run(story())


def test_what_was_being_sent_when_the_owner_died_is_unclear_and_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.tasks.add([request()], gateway="https://service.example", at=rig.clock.now())
        await rig.tasks.transition(1, TaskState.SENDING)
        async with rig:
            await rig.advance(3600)
            assert rig.state() is TaskState.UNKNOWN
            assert not rig.gateway.created

    run(story())


def test_a_request_equal_to_one_of_the_last_minute_asks_first(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            submit = rig.engine.submission.submit
            await submit(request(), takes=2)
            await rig.advance(12)
            with pytest.raises(RequestRepeated, match="You sent exactly this 12 s ago") as caught:
                await submit(request())
            assert caught.value.task == 2
            await submit(request(), again=True)
            await submit(request("Another one"))
            assert len(rig.tasks.rows) == 4
            await rig.advance(61)
            await submit(request())
            assert len(rig.tasks.rows) == 5

    run(story())


def test_spelling_out_the_defaults_makes_no_other_request(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.engine.submission.submit(request())
            spelled = GenerationRequest("sora-2", request().prompt, options={"aspect_ratio": "landscape"}, route="auto")
            with pytest.raises(RequestRepeated):
                await rig.engine.submission.submit(spelled)

    run(story())


def test_ten_presses_at_once_make_one_task(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            presses = [rig.engine.submission.submit(request()) for _ in range(10)]
            made = await asyncio.gather(*presses, return_exceptions=True)
            assert [isinstance(one, RequestRepeated) for one in made].count(False) == 1
            await rig.advance(1)
            assert len(rig.gateway.created) == 1

    run(story())


def test_trying_a_failed_task_again_twice_pays_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            rig.gateway.default_status = FAILED
            await rig.submit("fails")
            await rig.advance(200)
            await rig.engine.submission.resubmit(1)
            await rig.advance(0.3)
            with pytest.raises(RequestRepeated):
                await rig.engine.submission.resubmit(1)
            assert len(rig.tasks.rows) == 2
            await rig.advance(60)
            assert await rig.engine.submission.resubmit(1)

    run(story())


def test_an_id_is_looked_up_before_it_is_attached(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await unclear(rig)
            rig.gateway.statuses["task_1"] = [DONE]
            rig.gateway.statuses["task_2"] = [TaskUnknown()]
            assert (await rig.engine.submission.look_up(1, " task_1\n")).state is TaskState.SUCCESS
            for wrong in ("task_2", "", "two words"):
                with pytest.raises(TaskUnknown):
                    await rig.engine.submission.look_up(1, wrong)
            assert [asked for asked, _ in rig.gateway.asked] == ["task_1", "task_2"]
            assert rig.state() is TaskState.UNKNOWN, "looking changes nothing"

    run(story())


KLING, VEO = shipped_models()["kling-3-0-std"], shipped_models()["veo-3-1"]


def three_models(rig: Rig) -> list[GenerationRequest]:
    """The same words for three models that the rig has, of which two have a price."""
    sora = replace(rig.core.profiles["sora-2"], prices=(clip_price(0.5),))
    models = (sora, replace(KLING, prices=(clip_price(0.9),)), replace(VEO, prices=()))
    rig.core.profiles.update({profile.slug: profile for profile in models})  # type: ignore[attr-defined] - a dict
    sound = {"kling-3-0-std": {"sound": True}}
    return [replace(request(model=profile.slug), options=sound.get(profile.slug, {})) for profile in models]


def test_models_that_are_tried_together_make_one_batch_of_takes(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            tasks = await rig.engine.submission.submit_together(three_models(rig), takes=2)
            assert [(task.request.model, task.take, task.takes, task.estimated_usd, task.batch) for task in tasks] == [
                *(("sora-2", 1, 6, 0.5, 1), ("sora-2", 2, 6, 0.5, 1)),
                *(("kling-3-0-std", 3, 6, 0.9, 1), ("kling-3-0-std", 4, 6, 0.9, 1)),
                *(("veo-3-1", 5, 6, None, 1), ("veo-3-1", 6, 6, None, 1)),
            ]
            assert tasks[0].request.options == {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True}
            assert tasks[2].request.profile == KLING.digest

    run(story())


def test_several_pictures_are_so_many_shots_of_every_model(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            both = first_pictures("https://pictures.example/a.png", "https://pictures.example/b.png")
            sora, kling, _ = (replace(one, media=both) for one in three_models(rig))
            tasks = await rig.engine.submission.submit_together([sora, replace(kling, mode="image-to-video")])
            assert [(task.request.model, task.request.sources[0][-5:], task.take, task.takes) for task in tasks] == [
                *(("sora-2", "a.png", 1, 2), ("sora-2", "b.png", 1, 2)),
                *(("kling-3-0-std", "a.png", 2, 2), ("kling-3-0-std", "b.png", 2, 2)),
            ]

    run(story())


def test_if_one_model_is_refused_none_is_sent_and_it_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            good, wrong, other = three_models(rig)
            wrong = replace(wrong, options={"sound": True, "duration": 99})
            with pytest.raises(InvalidRequest) as caught:
                await rig.engine.submission.submit_together([good, wrong, other])
            assert [problem.field for problem in caught.value.problems] == ["duration"]
            assert caught.value.problems[0].message.startswith(f"{KLING.title}: Duration ")
            assert not rig.tasks.rows
            assert len(await rig.engine.submission.submit_together([good, other])) == 2

    run(story())


def test_models_together_are_not_sent_twice_in_a_minute_and_not_beyond_the_most_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            requests = three_models(rig)
            await rig.engine.submission.submit(requests[1])
            with pytest.raises(RequestRepeated, match=r"You sent exactly this to Kling 3\.0 Standard 1 s ago\."):
                await rig.engine.submission.submit_together(requests)
            many = [replace(one, prompt=f"{one.prompt} {number}") for number in range(4) for one in requests]
            with pytest.raises(InvalidRequest, match="120 tasks at once are too many"):
                await rig.engine.submission.submit_together(many, takes=10)
            assert len(rig.tasks.rows) == 1
            assert len(await rig.engine.submission.submit_together(requests, again=True)) == 3

    run(story())


def test_the_profiles_price_is_kept_with_the_task(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            profile = rig.core.profiles["sora-2"]
            prices = (clip_price(0.75, duration=15), clip_price(0.5))
            rig.core.profiles["sora-2"] = replace(profile, prices=prices)  # type: ignore[index] - a dict, as the rig made it
            await rig.engine.submission.submit(replace(request(), options={"duration": 15}))
            await rig.engine.submission.submit(request())
            assert [row.estimated_usd for row in rig.tasks.rows.values()] == [0.75, 0.5]

    run(story())


def test_a_price_per_second_of_a_sound_counts_the_sounds_own_length(tmp_path: Path) -> None:
    """A short sound that was measured says nothing about a long one, which the day's limit must know."""

    async def story() -> None:
        rig = Rig(tmp_path)
        profile = shipped_models()["infinitetalk"]
        rig.core.profiles["infinitetalk"] = profile  # type: ignore[index] - a dict, as the rig made it
        character = (Medium("https://pictures.example/face.png", MediaKind.IMAGE),)

        def talk(seconds: float) -> GenerationRequest:
            sound = tmp_path / f"{seconds:g}.mp3"
            sound.write_bytes(sound.name.encode())
            rig.media.recordings[sound.name] = RecordingFacts("mp3", 9, seconds, audio_codec="mp3float")
            media = {Role.CHARACTER: character, Role.AUDIO: (Medium(str(sound), MediaKind.AUDIO),)}
            return GenerationRequest("infinitetalk", "Hello", media=media)

        at = rig.clock.now()
        (past,) = await rig.tasks.add([talk(5).completed(profile)], gateway=GATEWAY, at=at)
        await rig.tasks.transition(past.id, TaskState.SENDING)
        await rig.tasks.transition(past.id, TaskState.PENDING, task_id="old", accepted_at=at)
        await rig.tasks.succeed(past.id, [], completed_at=at, expires_at=at)
        await rig.tasks.record(past.id, measured_usd=0.15)
        short, *both = [
            *await rig.engine.submission.submit(talk(5)),
            *await rig.engine.submission.submit_together([talk(600), talk(5)], again=True),
        ]
        assert (short.estimated_usd, short.estimated_most_usd) == (0.15, 0.15)
        assert [task.estimated_most_usd for task in both] == [18.0, 0.15]

    run(story())


def test_a_repetition_that_is_not_sent_leaves_a_refused_model_blocked(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(ModelGone())
        async with rig:
            await rig.submit("one")
            with pytest.raises(RequestRepeated):
                await rig.engine.submission.submit(request("one"))
            assert rig.engine.model_blocks.refused == {"sora-2"}
            await rig.engine.submission.submit(request("one"), again=True)
            assert rig.engine.model_blocks.refused == frozenset()

    run(story())
