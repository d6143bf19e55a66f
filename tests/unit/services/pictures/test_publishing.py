"""A picture is published once for all who need it, withdrawn when nobody does, and never keeps another task waiting."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sora_studio.domain import failures
from sora_studio.domain.errors import (
    ConnectionFailed,
    DatabaseUnusable,
    InvalidRequest,
    OutcomeUnknown,
    PassingError,
    Problem,
    PublicUrlNeeded,
    PublishingFailed,
    RouteUnusable,
    ServiceUnavailable,
    StorageFull,
)
from sora_studio.domain.events import PublicationsChanged
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import Crop, PictureEdit, PictureRoute, PreparedPicture, Publication
from sora_studio.domain.relay import HANDLE
from sora_studio.domain.settings import RelayPlace
from sora_studio.domain.task import TaskState
from sora_studio.services import engine
from sora_studio.services.callbacks.relay_link import RelayChoice
from sora_studio.services.pictures.upload_queue import PUBLISHED_AT_ONCE
from sora_studio.services.pictures.uploads import LEAST_LEFT, LENT_FOR_S, TRUSTED_FOR_S
from sora_studio.services.pictures.withdrawal import CANNOT, LANDS_WITHIN_S
from sora_studio.services.runtime.notices import PICTURES
from tests.doubles.disks import disks_rest
from tests.doubles.gateway import DONE
from tests.doubles.outside import Lock
from tests.doubles.publications import Host, MemoryPublications
from tests.doubles.relay import A_RELAY, NO_RELAY
from tests.unit.services.rig import GATEWAY, Rig, request, run

CAT, DOG = "/pictures/cat.png", "/pictures/dog.png"
S = TaskState


async def send(rig: Rig, *images: str, prompt: str = "animate it", by: PictureRoute | None = None) -> None:
    """Submit a task for each picture and let things happen."""
    wanted = replace(request(prompt, images=images), pictures_by=by)
    await rig.engine.submission.submit(wanted, again=True)
    await rest(rig)


async def rest(rig: Rig, seconds: float = 0.1) -> None:
    """Let time pass, and the threads that look at files come to their end."""
    await rig.advance(seconds)
    for _ in range(20):
        await disks_rest()
        await rig.advance(0.01)


def rows(rig: Rig) -> list[Publication]:
    assert isinstance(rig.publications, MemoryPublications)
    return list(rig.publications.rows.values())


async def finish(rig: Rig, task: int) -> None:
    assert await rig.core.task_writer.transition(task, S.FAILED, completed_at=rig.clock.now())
    await rest(rig)


def test_a_picture_is_public_from_before_its_task_is_sent_until_it_is_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            (row,) = rows(rig)
            assert rig.gateway.image_urls == [[row.url]]
            assert HANDLE.fullmatch(row.handle)
            assert row.handle in rig.host.reachable
            assert (row.name, row.tasks, row.route) == ("cat.png", (1,), PictureRoute.RELAY)
            assert row.expires_at - row.published_at == timedelta(seconds=LENT_FOR_S)
            await finish(rig, 1)
            assert not rig.host.reachable
            assert rows(rig)[0].withdrawn_at
            assert await rig.publishing.standing() == []
            assert len(rig.told(PublicationsChanged)) >= 3

    run(story())


def test_eight_tasks_at_the_same_moment_publish_their_picture_once(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.host.gate = asyncio.Event()
        async with rig:
            await rig.engine.submission.submit(
                request(images=(CAT,)),
                takes=8,
            )
            await rest(rig)
            assert set(rig.states()) == {S.WAITING}
            gate.set()
            await rest(rig)
            assert set(rig.states()) == {S.PENDING}
            assert len(rig.host.published) == 1
            assert rows(rig)[0].tasks == tuple(range(1, 9))
            for task in range(1, 8):
                await finish(rig, task)
            assert rig.host.reachable
            await finish(rig, 8)
            assert not rig.host.reachable

    run(story())


@pytest.mark.parametrize(
    ("choice", "service_is_here", "stays"),
    [
        (RelayChoice(RelayPlace.HERE), True, True),
        (RelayChoice(RelayPlace.HERE, "http://127.0.0.1:8788"), True, True),
        (RelayChoice(RelayPlace.HERE, "http://127.0.0.1:8788"), False, False),
        (RelayChoice(RelayPlace.HERE, "https://relay.example.org"), True, False),
        (RelayChoice(RelayPlace.ELSEWHERE, "https://relay.example.org"), True, False),
        (RelayChoice(RelayPlace.ELSEWHERE, "http://127.0.0.1:8788"), True, False),  # it may be public under another address
        (NO_RELAY, True, False),
    ],
)
def test_a_picture_stays_here_only_between_a_service_and_a_relay_that_nobody_else_reaches(
    tmp_path: Path, choice: RelayChoice, *, service_is_here: bool, stays: bool
) -> None:
    publishing = Rig(tmp_path, loopback=service_is_here, relay_choice=choice).publishing
    assert [route for route in PictureRoute if publishing.stays_here(route)] == [PictureRoute.RELAY] * stays


def test_another_edit_or_another_place_is_another_picture(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            bucket = Host("a bucket")
            rig.hosts[PictureRoute.BUCKET] = bucket
            await send(rig, CAT)
            cropped = replace(
                request(images=(CAT,)),
                edits={CAT: PictureEdit(Crop(0, 0, 0.5, 0.5))},
            )
            await rig.engine.submission.submit(cropped)
            await rest(rig)
            await send(rig, CAT, by=PictureRoute.BUCKET)
            assert (len(rig.host.published), len(bucket.published)) == (2, 1)

    run(story())


@pytest.mark.parametrize("looks_dead_by", ["gone", "unreachable"])
def test_a_dead_link_is_renewed_in_silence(tmp_path: Path, looks_dead_by: str) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            (first,) = rows(rig)
            if looks_dead_by == "gone":
                rig.host.reachable.clear()
            else:
                rig.checker.troubles[first.url] = ConnectionFailed()
            await rest(rig, TRUSTED_FOR_S)
            await send(rig, CAT)
            second = rows(rig)[1]
            assert rig.states() == [S.PENDING, S.PENDING]
            assert rig.gateway.image_urls == [[first.url], [second.url]]
            assert second.handle in rig.host.reachable

    run(story())


def test_a_link_that_lives_is_looked_at_and_used_again_until_it_would_end_too_soon(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            await send(rig, CAT)
            assert rig.checker.looked == []
            await rest(rig, TRUSTED_FOR_S)
            await send(rig, CAT)
            assert rig.checker.looked == [rows(rig)[0].url]
            await rest(rig, LENT_FOR_S - 7200)
            await send(rig, CAT)
            assert len(rig.host.published) == 2

    run(story())


def test_a_slow_picture_holds_nobody_else_up(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.gate = asyncio.Event()
        async with rig:
            for number in range(PUBLISHED_AT_ONCE + 3):
                await send(rig, f"/pictures/{number}.png")
            await rig.submit("one", "two")
            assert len(rig.host.published) == PUBLISHED_AT_ONCE
            assert [created.prompt for created in rig.gateway.created] == ["one", "two"]
            rig.host.gate.set()
            await rest(rig)
            assert set(rig.states()) == {S.PENDING}

    run(story())


def test_a_host_that_does_not_answer_delays_its_own_pictures_only(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, concurrent_tasks=1)
        rig.host.troubles.extend([ConnectionFailed("The relay cannot be reached.")] * 3)
        async with rig:
            await send(rig, CAT)
            assert (rig.state(), rig.row().trouble) == (S.WAITING, "The relay cannot be reached.")
            await rig.submit("another")
            assert rig.states() == [S.WAITING, S.PENDING]
            await finish(rig, 2)
            for _ in range(4):
                await rest(rig, 3)
            assert rig.states() == [S.PENDING, S.FAILED]
            assert rig.row().trouble is None
            assert len(rig.host.published) == 4
            assert rig.notices() == set()
            await rest(rig, LANDS_WITHIN_S + 60)
            assert [row.handle for row in rows(rig) if not row.withdrawn_at] == list(rig.host.reachable)

    run(story())


def test_the_wait_that_a_host_asks_for_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        busy = ServiceUnavailable(retry_after_s=40)
        rig.host.troubles.append(busy)
        async with rig:
            await send(rig, CAT)
            await rest(rig, 38)
            assert rig.state() is S.WAITING
            await rest(rig, 2)
            assert rig.state() is S.PENDING

    run(story())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PublishingFailed("The command failed with the code 3."), "The command failed with the code 3. Check"),
        (InvalidRequest([Problem("images", "cat.png is damaged.")]), "cat.png is damaged."),
    ],
)
def test_a_picture_that_cannot_be_published_fails_its_task_unpaid(tmp_path: Path, error: Exception, words: str) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.append(error)
        async with rig:
            await send(rig, CAT)
            assert rig.state() is S.FAILED
            assert rig.row().fail_code in (failures.IMAGE_UNPUBLISHED, failures.IMAGE_UNUSABLE)
            assert words in (rig.row().fail_message or "")
            assert not rig.gateway.created

    run(story())


def test_tasks_wait_for_a_way_that_does_not_work_and_go_once_it_is_mended(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.extend([RouteUnusable("The store does not know this access key.", nothing_left=True)] * 1000)
        async with rig:
            for number in range(30):
                await send(rig, f"/pictures/{number}.png")
            await rig.submit("without a picture")
            await rest(rig, 100)
            assert rig.states() == [S.WAITING] * 30 + [S.PENDING]
            assert all(rig.row(task).trouble == "The store does not know this access key." for task in range(1, 9))
            assert len(rig.host.published) < 30 * 3
            assert await rig.publishing.standing() == []
            assert PICTURES in rig.notices()
            rig.host.troubles.clear()
            rig.engine.ways_changed()
            assert PICTURES not in rig.notices()
            await rest(rig, 5)
            assert set(rig.states()) == {S.PENDING}
            assert all(row.trouble is None for row in rig.tasks.rows.values())

    run(story())


def test_a_picture_that_was_changed_while_its_task_waited_is_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.append(RouteUnusable("The store does not know this access key."))
        same, other = tmp_path / "same.png", tmp_path / "other.png"
        same.write_bytes(b"a harbour")
        other.write_bytes(b"a pier")
        async with rig:
            await send(rig, str(same))
            await send(rig, str(other))
            same.write_bytes(b"a harbour")
            other.write_bytes(b"something else")
            rig.engine.ways_changed()
            await rest(rig, 20)
            assert rig.states() == [S.PENDING, S.FAILED]
            assert "other.png has changed since this task was made." in (rig.row(2).fail_message or "")
            assert len(rig.host.reachable) == 1

    run(story())


def test_a_start_without_the_way_that_was_chosen_keeps_its_tasks_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, loopback=False, chosen=PictureRoute.RELAY)
        rig.hosts.clear()
        await rig.tasks.add(
            [request(images=(CAT,))],
            gateway=GATEWAY,
            at=rig.clock.now(),
        )  # by an earlier start
        async with rig:
            await rest(rig, 600)
            assert rig.state() is S.WAITING
            assert rig.row().trouble == PublicUrlNeeded.title
            rig.hosts[PictureRoute.RELAY] = rig.host
            rig.engine.ways_changed()
            await rest(rig, 1)
            assert rig.state() is S.PENDING

    run(story())


def test_a_database_that_cannot_be_used_for_a_moment_fails_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            assert isinstance(rig.publications, MemoryPublications)
            rig.publications.trouble = DatabaseUnusable(tmp_path / "studio.db", "another program holds it")
            await send(rig, CAT)
            assert rig.state() is S.WAITING
            rig.publications.trouble = None
            await rest(rig, 10)
            assert rig.state() is S.PENDING

    run(story())


@pytest.mark.parametrize("place", ["http://127.0.0.1:8788", "https://192.168.1.20", "https://box.local"])
def test_an_address_that_the_service_cannot_reach_is_neither_sent_nor_called_good(tmp_path: Path, place: str) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, loopback=False, chosen=PictureRoute.RELAY)
        rig.host.url_of = lambda handle: f"{place}/{handle}"  # type: ignore[method-assign]
        async with rig:
            await send(rig, CAT)
            await rest(rig, 60)
            assert (rig.state(), rig.gateway.created) == (S.WAITING, [])
            assert "where the service cannot fetch it" in (rig.row().trouble or "")
            assert not rig.host.reachable
            assert rig.notices() >= {PICTURES}
            assert await rig.engine.submission.cancel(1)
            await rest(rig, 2)
            assert PICTURES not in rig.notices()
        with pytest.raises(PublishingFailed, match="cannot fetch it"):
            await rig.publishing.check(PictureRoute.RELAY)

    run(story())


def test_an_address_that_ends_before_the_create_has_its_turn_is_made_anew(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.turn = asyncio.Event()
        async with rig:
            await send(rig, CAT)
            await rest(rig, LENT_FOR_S - 3600)
            rig.gateway.turn.set()
            await rest(rig, 10)
            newest, _ = await rig.publishing.standing()
            assert rig.gateway.image_urls == [[newest.url]]
            assert newest.expires_at > rig.clock.now() + LEAST_LEFT

    run(story())


def test_once_the_relays_line_is_down_a_fresh_address_is_looked_at_before_it_is_used(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, loopback=False, chosen=PictureRoute.RELAY, relay_choice=A_RELAY) as rig:
            assert rig.relay
            await send(rig, CAT)
            await send(rig, CAT)
            assert not rig.checker.looked
            rig.relay.cut()
            await rest(rig, 1)
            await send(rig, CAT)
            assert rig.checker.looked == rig.gateway.image_urls[2]

    run(story())


def test_a_full_disk_publishes_nothing_and_fails_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            assert isinstance(rig.publications, MemoryPublications)
            rig.publications.trouble = StorageFull()
            await send(rig, CAT)
            assert rig.state() is S.WAITING
            assert not rig.host.published
            rig.publications.trouble = None
            await rest(rig, 10)
            assert rig.state() is S.PENDING

    run(story())


def test_a_task_taken_back_while_its_picture_leaves_is_not_sent_and_its_picture_withdrawn(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, concurrent_tasks=1)
        gate = rig.host.gate = asyncio.Event()
        async with rig:
            await send(rig, CAT)
            await rig.submit("next")
            assert rig.states() == [S.WAITING, S.WAITING]
            assert await rig.engine.submission.cancel(1)
            await rest(rig)
            assert rig.states() == [S.CANCELLED, S.PENDING]
            assert not rig.host.withdrawn  # it could still arrive
            gate.set()
            await rest(rig, 30)
            assert rig.host.withdrawn == rig.host.published
            assert not rig.host.reachable
            assert [created.prompt for created in rig.gateway.created] == ["next"]

    run(story())


def test_an_unclear_task_keeps_its_picture_until_the_link_ends(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.creates.append(OutcomeUnknown())
        async with rig:
            await send(rig, CAT)
            assert rig.state() is S.UNKNOWN
            await rest(rig, LENT_FOR_S - 120)
            assert rig.host.reachable
            await rest(rig, 180)
            assert not rig.host.reachable

    run(story())


def test_what_a_run_left_half_done_is_withdrawn_by_the_next_and_once_more_in_case_it_arrives_late(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.gate = asyncio.Event()
        async with rig:
            await send(rig, CAT)
        (row,) = rows(rig)
        assert not row.url
        assert await rig.core.task_writer.transition(1, S.CANCELLED)
        again = Rig(tmp_path, tasks=rig.tasks, publications=rig.publications, clock=rig.clock, host=rig.host)
        rig.host.gate = None
        async with again:
            await rest(again)
            assert rig.host.withdrawn == [row.handle]
            rig.host.reachable[row.handle] = b"late"
            await rest(again, LANDS_WITHIN_S + 60)
            assert not rig.host.reachable
            assert await again.publishing.standing() == []

    run(story())


def test_a_picture_that_a_run_left_half_way_is_published_once_more_and_stands_once(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.gate = asyncio.Event()
        async with rig:
            await send(rig, CAT)
        again = Rig(tmp_path, tasks=rig.tasks, publications=rig.publications, clock=rig.clock, host=rig.host)
        rig.host.gate = None
        async with again:
            await rest(again, LANDS_WITHIN_S + 60)
            (row,) = await again.publishing.standing()
            assert again.gateway.image_urls == [[row.url]]
            assert [*rig.host.reachable] == [row.handle]

    run(story())


@pytest.mark.parametrize(("away", "most_rows"), [(ServiceUnavailable(), 29), (ConnectionFailed(), 0)])
def test_a_host_that_is_away_for_a_night_leaves_few_rows_behind(tmp_path: Path, away: PassingError, most_rows: int) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.extend([away] * 1000)
        rig.host.withdrawal_troubles.extend([away] * 1000)
        async with rig:
            await send(rig, CAT)
            await rest(rig, 2 * 3600)
            assert len(rig.host.published) > 60
            assert len(rows(rig)) <= most_rows
            assert all(row.withdrawn_at is None for row in rows(rig))
            rig.host.troubles.clear()
            rig.host.withdrawal_troubles.clear()
            await rest(rig, 400)
            (row,) = await rig.publishing.standing()
            assert rig.gateway.image_urls == [[row.url]]
            assert (row.trouble, row.expires_at > rig.clock.now()) == (None, True)
            await send(rig, CAT)
            assert (await rig.publishing.standing())[0].tasks == (1, 2)
            await finish(rig, 1)
            await finish(rig, 2)
            await rest(rig, 60)
            assert not rig.host.reachable

    run(story())


def test_what_an_earlier_try_may_have_left_is_not_forgotten_because_a_later_one_left_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.append(ServiceUnavailable(retry_after_s=700))
        rig.host.troubles.extend([ConnectionFailed()] * 3)
        rig.host.withdrawal_troubles.extend([ConnectionFailed()] * 100)
        async with rig:
            await send(rig, CAT)
            handle = rows(rig)[0].handle
            rig.host.reachable[handle] = b"arrived all the same"
            await rest(rig, 720)
            assert handle in {row.handle for row in await rig.publishing.standing()}
            rig.host.withdrawal_troubles.clear()
            await finish(rig, 1)
            await rest(rig, 300)
            assert not rig.host.reachable

    run(story())


def test_what_was_cut_off_a_second_time_is_given_time_to_arrive_anew(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.extend([ServiceUnavailable(retry_after_s=40), ServiceUnavailable(retry_after_s=300)])
        async with rig:
            await send(rig, CAT)
            await rest(rig, LANDS_WITHIN_S - 15)
            assert len(rig.host.published) == 2
            assert await rig.engine.submission.cancel(1)
            await rest(rig, 40)
            for row in rows(rig):
                rig.host.reachable[row.handle] = b"late"
            await rest(rig, LANDS_WITHIN_S + 30)
            assert not rig.host.reachable
            assert await rig.publishing.standing() == []

    run(story())


def test_the_end_of_the_program_takes_back_what_nobody_needs_any_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT, DOG)
            assert await rig.core.task_writer.transition(1, S.FAILED, completed_at=rig.clock.now())
        assert [row.name for row in rows(rig) if row.handle in rig.host.reachable] == ["dog.png"]

    run(story())


def test_a_host_that_hangs_does_not_keep_the_program_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WITHDRAWN_WITHIN_S", 0.01)

    async def story() -> None:
        rig = Rig(tmp_path)
        async with rig:
            await send(rig, CAT)
            rig.host.withdrawal_gate = asyncio.Event()
            assert await rig.core.task_writer.transition(1, S.FAILED, completed_at=rig.clock.now())
        assert rig.host.reachable
        assert len(await rig.publishing.standing()) == 1

    run(story())


def test_a_picture_withdrawn_while_it_leaves_is_no_longer_listed_and_published_anew(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.host.gate = asyncio.Event()
        async with rig:
            await send(rig, CAT)
            withdrawing = asyncio.ensure_future(rig.publishing.withdraw(1))
            await rest(rig)
            gate.set()
            await rest(rig, 2)
            assert await withdrawing
            first, second = rows(rig)
            assert first.withdrawn_at
            assert rig.gateway.image_urls[-1] == [second.url]
            assert list(rig.host.reachable) == [second.handle]
            assert len(rig.gateway.created) == 1

    run(story())


def test_after_a_change_of_ways_or_of_the_clock_an_address_is_looked_at_or_made_anew(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            rig.publishing.ways_changed()
            await send(rig, CAT)
            assert rig.checker.looked == [rows(rig)[0].url]
            rig.clock.change_wall(-36_000)
            await send(rig, CAT)
            assert len(rig.host.published) == 2

    run(story())


def test_what_cannot_be_withdrawn_says_why_and_is_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            rig.host.withdrawal_troubles.extend([ConnectionFailed("The relay cannot be reached.")] * 2)
            await finish(rig, 1)
            assert [row.trouble for row in await rig.publishing.standing()] == ["The relay cannot be reached."]
            await rest(rig, 120)
            assert not rig.host.reachable
            assert await rig.publishing.standing() == []

    run(story())


def test_a_withdrawal_that_failed_may_have_worked_so_nothing_uses_its_picture_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            rig.host.withdrawal_troubles.append(ServiceUnavailable())
            await finish(rig, 1)
            rig.host.reachable.clear()
            await send(rig, CAT)
            assert rig.gateway.image_urls[1] == [rows(rig)[1].url]
            assert list(rig.host.reachable) == [rows(rig)[1].handle]

    run(story())


def test_a_picture_put_off_while_the_disk_is_full_is_taken_up_once(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.troubles.append(ConnectionFailed("The relay cannot be reached."))
        gate = rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.engine.submission.submit(request(images=(CAT,)))
            rig.tasks.trouble = StorageFull()
            for _ in range(4):
                await rest(rig, 3)
                rig.engine.retry()
            assert len(rig.host.published) == 1
            rig.tasks.trouble = None
            for _ in range(4):
                await rest(rig, 3)
            gate.set()
            await rest(rig)
            assert (rig.state(), len(rig.gateway.created)) == (S.PENDING, 1)

    run(story())


def test_a_host_with_a_mistake_in_it_stops_no_withdrawal(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT, DOG)
            rig.host.withdrawal_troubles.append(RuntimeError("a bug"))
            await finish(rig, 1)
            await finish(rig, 2)
            await rest(rig, 60)
            assert not rig.host.reachable

    expect_log("could not be withdrawn")
    run(story())


@pytest.mark.parametrize(
    ("route", "host", "then", "forgotten"),
    [
        (PictureRoute.BUCKET, Host("my bucket"), Host("another"), False),
        (PictureRoute.BUCKET, Host("my bucket"), None, False),
        (PictureRoute.RELAY, Host("my relay"), None, True),
    ],
)
def test_what_its_host_does_not_take_back_stays_listed_with_the_reason(
    tmp_path: Path, route: PictureRoute, host: Host, then: Host | None, forgotten: bool
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, loopback=False, chosen=route)
        rig.hosts.clear()
        rig.hosts[route] = host
        async with rig:
            await send(rig, CAT)
            if then is not None:
                rig.hosts[route] = then
            else:
                del rig.hosts[route]
            await finish(rig, 1)
            (row,) = await rig.publishing.standing()
            assert host.place in (row.trouble or "")
            assert not await rig.publishing.withdraw(row.id)
            await rest(rig, LENT_FOR_S + 3600)
            assert len(await rig.publishing.standing()) == (0 if forgotten else 1)
            rig.hosts[route] = host
            await rest(rig, 120)
            assert len(await rig.publishing.standing()) == 0
            assert forgotten or not host.reachable

    run(story())


def test_a_command_is_not_run_again_for_a_picture_that_it_has_put_online(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, loopback=False, chosen=PictureRoute.COMMAND)
        rig.hosts[PictureRoute.COMMAND] = rig.host
        async with rig:
            await send(rig, CAT)
            await finish(rig, 1)
            await send(rig, CAT)
            assert len(rig.host.published) == 1
            assert rig.gateway.image_urls == [[rows(rig)[0].url]] * 2

    run(story())


def test_what_a_command_put_online_is_named_for_thirty_days(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path, loopback=False, chosen=PictureRoute.COMMAND)
        rig.hosts[PictureRoute.COMMAND] = Host("a command")
        async with rig:
            await send(rig, CAT)
            await finish(rig, 1)
            (row,) = await rig.publishing.standing()
            assert row.trouble == CANNOT
            assert not await rig.publishing.withdraw(row.id)
            rig.clock.change_wall(LENT_FOR_S * 10)
            await rest(rig, LENT_FOR_S)
            assert len(await rig.publishing.standing()) == 1
        rig.clock.change_wall(30 * 86_400)
        again = Rig(tmp_path, tasks=rig.tasks, publications=rig.publications, clock=rig.clock, loopback=False)
        async with again:
            await rest(again, 60)
            assert await again.publishing.standing() == []

    run(story())


@pytest.mark.parametrize("is_away", [False, True])
def test_a_clock_that_is_set_forward_ends_no_address_early(tmp_path: Path, *, is_away: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await send(rig, CAT)
            rig.clock.change_wall(LENT_FOR_S + 3600)
            await rest(rig, 120)
            assert rig.host.reachable, "its task may still need it"
            if is_away:
                del rig.hosts[PictureRoute.RELAY]
            await finish(rig, 1)
            assert len(await rig.publishing.standing()) == len(rig.host.reachable) == is_away

    run(story())


def test_a_picture_that_changed_while_its_turn_to_be_prepared_was_awaited_is_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        picture = tmp_path / "harbour.png"
        picture.write_bytes(b"a harbour")
        prepare = rig.media.prepare_image

        async def prepare_late(path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
            picture.write_bytes(b"something else")
            return await prepare(path, edit, slot)

        async with rig:
            rig.host.troubles.append(RouteUnusable("The store does not know this access key."))
            await send(rig, str(picture))
            rig.media.prepare_image = prepare_late  # pyright: ignore[reportAttributeAccessIssue]
            picture.touch()  # what was prepared before is of no use any more
            rig.engine.ways_changed()
            await rest(rig, 20)
            assert "harbour.png has changed since this task was made." in (rig.row().fail_message or "")
            assert not rig.host.reachable

    run(story())


def test_while_somebody_takes_a_picture_back_no_other_process_uses_its_address(tmp_path: Path) -> None:
    async def story() -> None:
        guest = Rig(tmp_path, lock=Lock(free=False))
        rig = Rig(tmp_path, tasks=guest.tasks, publications=guest.publications, clock=guest.clock, host=guest.host)
        gate = rig.host.withdrawal_gate = asyncio.Event()
        async with rig, guest:
            await send(rig, CAT)
            withdrawing = asyncio.ensure_future(guest.publishing.withdraw(1))
            await rest(rig)
            await send(rig, CAT)
            gate.set()
            assert await withdrawing
            first, second = rows(rig)
            assert first.withdrawn_at
            assert rig.gateway.image_urls == [[first.url], [second.url]]
            assert [*rig.host.reachable] == [second.handle]

    run(story())


def test_a_picture_withdrawn_by_hand_is_published_anew_for_the_task_that_waits_for_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, concurrent_tasks=1) as rig:
            await send(rig, CAT)
            await send(rig, CAT)
            (row,) = rows(rig)
            assert await rig.publishing.withdraw(row.id)
            assert not rig.host.reachable
            assert await rig.publishing.withdraw(row.id), "it does not stand any more"
            await finish(rig, 1)
            assert rig.state(2) is S.PENDING
            assert list(rig.host.reachable) == [rows(rig)[1].handle]

    run(story())


def test_only_who_publishes_withdraws_what_is_on_its_way(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.host.gate = asyncio.Event()
        async with rig:
            await send(rig, CAT)
            guest = Rig(tmp_path, tasks=rig.tasks, publications=rig.publications, clock=rig.clock, host=rig.host)
            assert not await guest.publishing.withdraw(1)
            assert not rig.host.withdrawn
            rig.host.gate.set()
            await rest(rig)
            assert await guest.publishing.withdraw(1)

    run(story())


@pytest.mark.parametrize(
    ("loopback", "set_up", "chosen", "own", "way"),
    [
        (True, "relay", None, None, "relay"),
        (True, "relay", "bucket", None, "relay"),
        (True, "relay bucket", "bucket", None, "bucket"),
        (False, "relay", None, None, None),
        (False, "relay bucket", "bucket", None, "bucket"),
        (False, "relay bucket", "bucket", "relay", "relay"),
        (False, "relay", "relay", "command", None),
        (False, "", "relay", None, None),
    ],
)
def test_pictures_go_the_way_that_the_person_chose_and_no_other(
    tmp_path: Path, loopback: bool, set_up: str, chosen: str | None, own: str | None, way: str | None
) -> None:
    rig = Rig(tmp_path, loopback=loopback, chosen=PictureRoute(chosen) if chosen else None)
    rig.hosts.clear()
    rig.hosts |= {PictureRoute(route): rig.host for route in set_up.split()}
    wanted = replace(
        request(images=(CAT,)),
        pictures_by=PictureRoute(own) if own else None,
    )
    assert rig.publishing.route_for(wanted) == (PictureRoute(way) if way else None)
    assert rig.publishing.reaches(wanted) is (way is not None)
    assert rig.publishing.reaches(request(images=("https://pictures.example/1.png",)))
    assert [str(route) for route in rig.publishing.routes] == sorted(set_up.split())


def test_a_way_is_proved_on_demand(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.publishing.check(PictureRoute.RELAY)
        assert rig.host.checked == 1
        with pytest.raises(PublicUrlNeeded, match="not set up"):
            await rig.publishing.check(PictureRoute.BUCKET)

    run(story())


def test_a_way_that_cannot_take_back_is_proved_by_a_look_at_what_stands_there(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.hosts[PictureRoute.COMMAND] = rig.host
        rig.checker.troubles[rig.host.url_of("check.png")] = InvalidRequest([Problem("images", "It answers 404.")])
        with pytest.raises(InvalidRequest, match="answers 404"):
            await rig.publishing.check(PictureRoute.COMMAND)

    run(story())


def test_a_task_that_is_done_needs_its_picture_no_more(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = DONE
        async with rig:
            await send(rig, CAT)
            await rest(rig, 200)
            assert rig.state() is S.SUCCESS
            assert not rig.host.reachable

    run(story())
