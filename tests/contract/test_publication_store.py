"""What every publication store promises: the real one on a file, and the double that the services are tested with."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.picture import TAKEN_UP_AFTER, PictureRoute, PreparedPicture, Publication
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.publications import SqlitePublications
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.publications import MemoryPublications
from tests.doubles.tasks import MemoryTasks

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PICTURE = PreparedPicture(b"a picture", "image/png", 4, 4)
Story = Callable[[SqlitePublications, SqliteTasks], Awaitable[None]]
Tell = Callable[[Story], None]
S = TaskState
WAYS = {
    S.WAITING: (),
    S.SENDING: (S.SENDING,),
    S.UNKNOWN: (S.SENDING, S.UNKNOWN),
    S.PENDING: (S.SENDING, S.PENDING),
    S.PROCESSING: (S.SENDING, S.PENDING, S.PROCESSING),
    S.LOST: (S.SENDING, S.PENDING, S.LOST),
    S.SUCCESS: (S.SENDING, S.PENDING, S.SUCCESS),
    S.FAILED: (S.FAILED,),
    S.CANCELLED: (S.CANCELLED,),
}


@pytest.fixture(params=["memory", "sqlite"])
def tell(request: pytest.FixtureRequest, tmp_path: Path) -> Tell:
    """Runs a story over one of the stores."""

    async def on_sqlite(story: Story) -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        try:
            await story(SqlitePublications(database), SqliteTasks(database))
        finally:
            await database.close()

    async def in_memory(story: Story) -> None:
        tasks = MemoryTasks()
        await story(MemoryPublications(tasks), tasks)

    runner = in_memory if request.param == "memory" else on_sqlite
    return lambda story: asyncio.run(runner(story))


async def task_in(tasks: SqliteTasks, state: TaskState = S.WAITING) -> int:
    (task,) = await tasks.add([GenerationRequest("sora-2", "A harbour")], gateway="https://service.example", at=NOW)
    for step in WAYS[state]:
        assert await tasks.transition(task.id, step)
    return task.id


async def begin(
    store: SqlitePublications,
    task: int,
    *,
    place: str = "a bucket",
    ends: datetime = NOW + HOUR,
    route: PictureRoute = PictureRoute.BUCKET,
    at: datetime = NOW,
) -> Publication:
    return await store.begin(
        PICTURE,
        route=route,
        place=place,
        handle=f"handle-{task}.png",
        name="harbour \udcff.png",
        task=task,
        at=at,
        expires_at=ends,
    )


async def published(
    store: SqlitePublications,
    task: int,
    *,
    place: str = "a bucket",
    ends: datetime = NOW + HOUR,
    route: PictureRoute = PictureRoute.BUCKET,
) -> int:
    publication = await begin(store, task, place=place, ends=ends, route=route)
    await store.complete(publication.id, f"https://bucket.example/{publication.handle}")
    return publication.id


async def ids(rows: Awaitable[list[Publication]]) -> list[int]:
    return [row.id for row in await rows]


def test_an_intent_is_kept_as_it_was_made(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        task = await task_in(tasks)
        begun = await begin(store, task)
        assert begun == Publication(
            id=1,
            fingerprint=PICTURE.fingerprint,
            route=PictureRoute.BUCKET,
            place="a bucket",
            handle=f"handle-{task}.png",
            url="",
            name="harbour \udcff.png",
            published_at=NOW,
            expires_at=NOW + HOUR,
            tasks=(task,),
        )
        assert await store.standing() == [begun]

    tell(story)


def test_what_was_cut_off_is_taken_up_again_under_its_old_handle(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        first, second, third = [await task_in(tasks) for _ in range(3)]
        cut_off = await begin(store, first)
        await store.complain(cut_off.id, "The bucket does not answer.")
        at_once = await begin(store, third, at=NOW + TAKEN_UP_AFTER - timedelta(seconds=1))
        assert at_once.id != cut_off.id, "what was cut off may still arrive, and is not to meet another under its name"
        await store.withdraw(at_once.id, at=NOW)
        again = await begin(store, second, at=NOW + TAKEN_UP_AFTER, ends=NOW + 2 * HOUR)
        assert (again.id, again.handle, again.tasks, again.trouble) == (cut_off.id, cut_off.handle, (first, second), None)
        assert again.expires_at == NOW + 2 * HOUR
        assert await store.standing() == [again]
        assert (await begin(store, third, place="another bucket")).id != cut_off.id
        await store.complete(cut_off.id, "https://bucket.example/1")
        assert (await begin(store, third, at=NOW + HOUR)).id not in (1, 2)

    tell(story)


def test_a_command_is_never_given_the_same_name_twice(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        begun = [await begin(store, await task_in(tasks), place="a command", route=PictureRoute.COMMAND) for _ in range(2)]
        assert begun[0].id != begun[1].id

    tell(story)


def test_only_what_has_an_address_and_lasts_long_enough_is_used_again(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        async def live(place: str = "a bucket", until: datetime = NOW + HOUR) -> int | None:
            found = await store.live(PICTURE.fingerprint, place=place, until=until)
            return found and found.id

        short, long = [await published(store, await task_in(tasks), ends=NOW + hours * HOUR) for hours in (1, 2)]
        assert await live() == long
        assert await live(until=NOW + 2 * HOUR) == long
        assert await live(until=NOW + 2 * HOUR + timedelta(seconds=1)) is None
        assert await live(place="another bucket") is None
        assert await store.live("another picture", place="a bucket", until=NOW) is None
        await store.withdraw(long, at=NOW)
        assert await live() == short
        begun = await begin(store, await task_in(tasks), ends=NOW + 3 * HOUR)
        assert await live() == short
        assert await ids(store.standing()) == [begun.id, short]

    tell(story)


def test_one_is_found_by_its_address_as_long_as_it_stands(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        first, second = [await published(store, await task_in(tasks)) for _ in range(2)]
        cut_off = await begin(store, await task_in(tasks))
        addresses = [f"https://bucket.example/handle-{task}.png" for task in (first, second, cut_off.id)]
        assert await ids(store.at(addresses)) == [second, first]
        assert await ids(store.at(addresses[:1])) == [first]
        assert await store.at([]) == []
        await store.withdraw(first, at=NOW)
        assert await ids(store.at(addresses)) == [second]
        await store.complain(second, "It is being taken back.")
        assert await store.at(addresses) == []
        assert await store.live(PICTURE.fingerprint, place="a bucket", until=NOW) is None

    tell(story)


def test_what_a_command_put_online_serves_further_tasks_although_nobody_can_take_it_back(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        online = await published(store, await task_in(tasks), place="a command", route=PictureRoute.COMMAND)
        await store.complain(online, "Only you can take it back.")
        found = await store.live(PICTURE.fingerprint, place="a command", until=NOW)
        assert found is not None
        assert [row.id for row in await store.at([found.url])] == [online] == [found.id]

    tell(story)


@pytest.mark.parametrize("state", TaskState)
def test_a_picture_is_needed_until_its_task_is_over_or_its_address_has_ended(tell: Tell, state: TaskState) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        publication = await published(store, await task_in(tasks, state))
        assert await ids(store.idle(now=NOW)) == ([publication] if state.is_over else [])
        assert await ids(store.idle(now=NOW + HOUR)) == [publication]

    tell(story)


def test_one_unfinished_task_of_several_is_enough_to_keep_it(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        over, waiting = await task_in(tasks, S.SUCCESS), await task_in(tasks)
        publication = await published(store, over)
        await store.join(publication, waiting)
        await store.join(publication, waiting)
        assert [row.tasks for row in await store.standing()] == [(over, waiting)]
        assert not await store.idle(now=NOW)
        assert await tasks.transition(waiting, S.CANCELLED)
        assert await ids(store.idle(now=NOW)) == [publication]

    tell(story)


def test_what_could_not_be_withdrawn_says_why_until_it_is(tell: Tell) -> None:
    async def story(store: SqlitePublications, tasks: SqliteTasks) -> None:
        publication = await published(store, await task_in(tasks, S.FAILED))
        await store.complain(publication, "The bucket does not answer.")
        assert [row.trouble for row in await store.idle(now=NOW)] == ["The bucket does not answer."]
        await store.withdraw(publication, at=NOW)
        await store.withdraw(publication, at=NOW + HOUR)
        assert not await store.standing()
        assert not await store.idle(now=NOW + 2 * HOUR)

    tell(story)
