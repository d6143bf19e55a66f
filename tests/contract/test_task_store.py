"""What every task store promises: the real one on a file, and the double that the services are tested with."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.clip import CLIP_TRANSITIONS, ClipCounts, ClipFile, ClipState
from sora_studio.domain.errors import RequestRepeated
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TRANSITIONS, TaskSection, TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.tasks import MemoryTasks

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GATEWAY = "https://service.example"
REQUEST = GenerationRequest(model="sora-2", prompt="A harbour at dawn", options={"duration": 10}, route="auto")
S = TaskState
PATHS: dict[TaskState, tuple[TaskState, ...]] = {
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
"""A way from waiting to every state."""
C = ClipState
CLIP_PATHS: dict[ClipState, tuple[ClipState, ...]] = {
    C.REMOTE: (),
    C.DOWNLOADING: (C.DOWNLOADING,),
    C.SAVED: (C.DOWNLOADING, C.SAVED),
    C.EXPIRED: (C.EXPIRED,),
    C.MISSING: (C.DOWNLOADING, C.SAVED, C.MISSING),
}
Story = Callable[[SqliteTasks], Awaitable[None]]
Tell = Callable[[Story], None]


@pytest.fixture(params=["memory", "sqlite"])
def tell(request: pytest.FixtureRequest, tmp_path: Path) -> Tell:
    """Runs a story over one of the stores."""

    async def on_sqlite(story: Story) -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        try:
            await story(SqliteTasks(database))
        finally:
            await database.close()

    async def in_memory(story: Story) -> None:
        await story(MemoryTasks())

    runner = in_memory if request.param == "memory" else on_sqlite
    return lambda story: asyncio.run(runner(story))


async def task_in(store: SqliteTasks, state: TaskState) -> int:
    (task,) = await store.add([REQUEST], gateway=GATEWAY, at=NOW)
    for step in PATHS[state]:
        assert await store.transition(task.id, step)
    return task.id


async def finished(store: SqliteTasks, *urls: str, expires_at: datetime = NOW) -> int:
    task = await task_in(store, S.PENDING)
    assert await store.succeed(task, urls, completed_at=NOW, expires_at=expires_at)
    return task


def test_the_gate_lets_through_exactly_the_table(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        for state, allowed in TRANSITIONS.items():
            for to in TaskState:
                task = await task_in(store, state)
                assert await store.transition(task, to) is (to in allowed)
                row = await store.get(task)
                assert row is not None
                assert row.state is (to if to in allowed else state)

    tell(story)


def test_the_gate_of_clips_lets_through_exactly_its_table(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        for state, allowed in CLIP_TRANSITIONS.items():
            for to in ClipState:
                row = await store.get(await finished(store, "https://films.example/1"))
                assert row is not None
                clip = row.clips[0].id
                for step in CLIP_PATHS[state]:
                    assert await store.transition_clip(clip, step)
                assert await store.transition_clip(clip, to) is (to in allowed)

    tell(story)


def test_facts_come_with_the_move_or_not_at_all(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        task = await task_in(store, S.SENDING)
        assert await store.transition(task, S.PENDING, task_id="remote", accepted_at=NOW, next_poll_at=NOW)
        assert not await store.transition(task, S.CANCELLED, task_id="another")
        row = await store.get(task)
        assert row is not None
        assert (row.task_id, row.accepted_at, row.next_poll_at) == ("remote", NOW, NOW)

    tell(story)


def test_recording_what_is_known_already_is_no_change(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        task = await task_in(store, S.PENDING)
        assert await store.record(task, trouble="a cloud", polls=2)
        revision, _ = await store.changed_since(sys.maxsize)
        assert not await store.record(task, trouble="a cloud", polls=2)
        assert await store.changed_since(revision) == (revision, [])

    tell(story)


def test_changes_are_seen_by_whoever_asks_since(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        first, second = await task_in(store, S.PENDING), await finished(store, "https://films.example/1")
        revision, ids = await store.changed_since(0)
        assert set(ids) == {first, second}
        row = await store.get(second)
        assert row is not None
        await store.record_clip(row.clips[0].id, trouble="slow")
        newest, ids = await store.changed_since(revision)
        assert ids == [second]
        assert newest > revision

    tell(story)


def test_requests_of_one_shot_are_takes_of_one_another(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        requests = [replace(REQUEST, model=model) for model in ("sora-2", "sora-2", "kling-3-0-std")]
        tasks = await store.add(
            requests,
            gateway=GATEWAY,
            at=NOW,
            takes=2,
            shots=[0, 1, 0],
            estimated_usd=[0.1, None, 0.3],
            repeat_after=timedelta(1),
        )
        assert [(task.request.model, task.take, task.takes, task.estimated_usd) for task in tasks] == [
            *(("sora-2", 1, 4, 0.1), ("sora-2", 2, 4, 0.1)),
            *(("sora-2", 1, 2, None), ("sora-2", 2, 2, None)),
            *(("kling-3-0-std", 3, 4, 0.3), ("kling-3-0-std", 4, 4, 0.3)),
        ]

    tell(story)


def test_what_is_added_together_is_one_batch(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        (alone,) = await store.add([REQUEST], gateway=GATEWAY, at=NOW)
        together = await store.add([REQUEST] * 2, gateway=GATEWAY, at=NOW, takes=2)
        others = await store.add([REQUEST] * 2, gateway=GATEWAY, at=NOW)
        assert alone.batch is None
        assert {task.batch for task in together} == {together[0].id}
        assert {task.batch for task in others} == {others[0].id}
        assert [task.batch for task in await store.get_many([together[3].id])] == [together[0].id]

    tell(story)


def test_takes_count_up_and_ids_never_repeat(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        several = await store.add([REQUEST], gateway=GATEWAY, at=NOW, takes=3)
        tasks = several + await store.add([REQUEST], gateway=GATEWAY, at=NOW)
        assert [(task.take, task.takes) for task in tasks] == [(1, 3), (2, 3), (3, 3), (1, 1)]
        assert sorted({task.id for task in tasks}) == [task.id for task in tasks]
        assert all(task.request == REQUEST and task.created_at == NOW for task in tasks)

    tell(story)


def test_success_brings_a_remote_clip_for_each_link(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        task = await finished(store, "https://films.example/1", "https://films.example/2")
        row = await store.get(task)
        assert row is not None
        assert [(clip.index, clip.state, clip.url) for clip in row.clips] == [
            (0, C.REMOTE, "https://films.example/1"),
            (1, C.REMOTE, "https://films.example/2"),
        ]
        assert not await store.succeed(task, ["https://films.example/3"], completed_at=NOW, expires_at=NOW)

    tell(story)


def test_recovery_makes_the_cut_off_unclear_and_fetches_anew(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        sending, waiting = await task_in(store, S.SENDING), await task_in(store, S.WAITING)
        arriving = await finished(store, "https://films.example/1")
        before = await store.get(arriving)
        assert before is not None
        await store.transition_clip(before.clips[0].id, C.DOWNLOADING)
        assert set(await store.recover()) == {sending, arriving}
        rows = await store.get_many([sending, waiting, arriving])
        assert [row.state for row in rows] == [S.UNKNOWN, S.WAITING, S.SUCCESS]
        assert rows[2].clips[0].state is C.REMOTE

    tell(story)


def test_unfinished_and_unsaved_are_what_is_left_to_do_here(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        left = [await task_in(store, state) for state in (S.WAITING, S.SENDING, S.UNKNOWN, S.PENDING, S.PROCESSING, S.LOST)]
        await task_in(store, S.FAILED)
        await store.add([REQUEST], gateway="elsewhere", at=NOW)
        late = await finished(store, "https://films.example/late", expires_at=NOW + timedelta(days=2))
        soon = await finished(store, "https://films.example/soon", expires_at=NOW + timedelta(days=1))
        assert [task.id for task in await store.unfinished(GATEWAY)] == left
        assert [clip.task for clip in await store.unsaved(GATEWAY)] == [soon, late]
        assert await store.unsaved("elsewhere") == []

    tell(story)


def test_clips_are_counted_as_on_disk_or_not(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        assert (await store.survey()).clips == ClipCounts(0, 0)
        tasks = dict[ClipState, int]()
        for state, path in CLIP_PATHS.items():
            tasks[state] = await task_in(store, S.PENDING)
            await store.succeed(tasks[state], ["https://films.example/1.mp4"], completed_at=NOW, expires_at=NOW)
            row = await store.get(tasks[state])
            assert row is not None
            for step in path:
                assert await store.transition_clip(row.clips[0].id, step)
        assert (await store.survey()).clips == ClipCounts(on_disk=1, absent=2, to_save=2)
        for state, absent in ((C.SAVED, 2), (C.REMOTE, 2), (C.DOWNLOADING, 2), (C.EXPIRED, 1), (C.MISSING, 0)):
            await store.record(tasks[state], removed_at=NOW)
            assert (await store.survey()).clips == ClipCounts(1, absent, 2)

    tell(story)


def test_the_live_list_and_what_changed_since_come_with_the_clip_counts_of_that_moment(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        running = await task_in(store, S.PENDING)
        first = await store.survey()
        assert (first.index, first.clips) == ([(TaskSection.RUNNING, running)], ClipCounts())
        assert (await store.changes(first.revision, most=5)).ids == []
        waiting = await task_in(store, S.WAITING)
        await store.succeed(running, ["https://films.example/1.mp4"], completed_at=NOW, expires_at=NOW)
        changes = await store.changes(first.revision, most=5)
        assert sorted(changes.ids) == [running, waiting]
        assert {task.id for task in changes.tasks} == {running, waiting}
        assert changes.clips == ClipCounts(to_save=1)
        assert (await store.changes(first.revision, most=1)).tasks == []
        assert (await store.survey()).revision == changes.revision

    tell(story)


def test_pages_go_back_in_time_and_hide_what_was_removed(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        tasks = [await task_in(store, S.FAILED) for _ in range(5)]
        await store.record(tasks[2], removed_at=NOW)
        page = await store.find(TaskFilter(), limit=2)
        rest = await store.find(TaskFilter(), limit=9, before=page[-1].id)
        assert [task.id for task in page + rest] == [tasks[4], tasks[3], tasks[1], tasks[0]]
        assert len(await store.find(TaskFilter(removed=True), limit=9)) == 5
        assert await store.find(TaskFilter(states=frozenset({S.SUCCESS})), limit=9) == []

    tell(story)


def test_the_live_list_is_by_section_newest_first_and_waiting_oldest_first(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        waiting = [await task_in(store, S.WAITING) for _ in range(2)]
        running = [await task_in(store, S.PENDING) for _ in range(2)]
        unclear = await task_in(store, S.UNKNOWN)
        assert await store.index(TaskFilter()) == [
            (TaskSection.REVIEW, unclear),
            *((TaskSection.RUNNING, task) for task in reversed(running)),
            *((TaskSection.WAITING, task) for task in waiting),
        ]

    tell(story)


def test_an_equal_request_of_the_last_minute_is_refused_and_nothing_is_added(tell: Tell) -> None:
    minute = timedelta(minutes=1)

    async def story(store: SqliteTasks) -> None:
        first, _ = await store.add([REQUEST] * 2, gateway=GATEWAY, at=NOW, repeat_after=minute)
        for later_s in (0, 1, 59):
            with pytest.raises(RequestRepeated) as caught:
                await store.add([REQUEST] * 3, gateway=GATEWAY, at=NOW + timedelta(seconds=later_s), repeat_after=minute)
            assert (caught.value.seconds_ago, caught.value.task) == (later_s, first.id + 1)
        assert len(await store.find(TaskFilter(removed=True), limit=9)) == 2
        await store.add([REQUEST], gateway=GATEWAY, at=NOW + minute, repeat_after=minute)

    tell(story)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, prompt=f"{REQUEST.prompt} "),
        replace(REQUEST, options={"duration": 15}),
        replace(REQUEST, route="official"),
        replace(REQUEST, model="sora-2-pro"),
        replace(
            REQUEST,
            media=first_pictures("https://pictures.example/1.png"),
        ),
        replace(REQUEST, edits={"/a/1.png": PictureEdit(convert=True)}),
        replace(REQUEST, seen={"/a/1.png": "another picture of that name"}),
    ],
)
def test_a_request_that_differs_in_anything_is_another(tell: Tell, other: GenerationRequest) -> None:
    async def story(store: SqliteTasks) -> None:
        await store.add([REQUEST], gateway=GATEWAY, at=NOW)
        assert await store.add([other], gateway=GATEWAY, at=NOW, repeat_after=timedelta(minutes=1))

    tell(story)


def test_what_was_taken_back_or_removed_or_made_elsewhere_does_not_count_as_sent(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        await task_in(store, S.CANCELLED)
        await store.record(await task_in(store, S.WAITING), removed_at=NOW)
        await store.add([REQUEST], gateway="elsewhere", at=NOW)
        assert await store.add([REQUEST], gateway=GATEWAY, at=NOW, repeat_after=timedelta(minutes=1))

    tell(story)


@pytest.mark.parametrize("state", [S.UNKNOWN, S.LOST])
def test_a_new_task_takes_the_place_of_an_unclear_one_once(tell: Tell, state: TaskState) -> None:
    async def story(store: SqliteTasks) -> None:
        old = await task_in(store, state)
        assert len(await store.add([REQUEST], gateway=GATEWAY, at=NOW, instead_of=old)) == 1
        assert (row := await store.get(old))
        assert (row.state, row.removed_at) == (state, NOW)
        assert await store.add([REQUEST], gateway=GATEWAY, at=NOW, instead_of=old) == []

    tell(story)


def test_nothing_is_added_in_the_place_of_a_task_that_is_not_unclear(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        old = await task_in(store, S.PENDING)
        assert await store.add([REQUEST], gateway=GATEWAY, at=NOW, instead_of=old) == []
        assert await store.add([REQUEST], gateway=GATEWAY, at=NOW, instead_of=99) == []
        assert (row := await store.get(old))
        assert row.removed_at is None

    tell(story)


def test_prices_and_balances_are_kept_and_may_be_unknown(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        (plain,) = await store.add([REQUEST], gateway=GATEWAY, at=NOW)
        assert (plain.estimated_usd, plain.balance_before_usd, plain.balance_after_usd, plain.measured_usd) == (None,) * 4
        (priced,) = await store.add([REQUEST], gateway=GATEWAY, at=NOW, estimated_usd=[0.5])
        assert await store.transition(priced.id, S.SENDING, balance_before_usd=74.87)
        assert await store.record(priced.id, balance_after_usd=74.27, measured_usd=0.6)
        row = await store.get(priced.id)
        assert row is not None
        assert (row.estimated_usd, row.balance_before_usd, row.balance_after_usd, row.measured_usd) == (0.5, 74.87, 74.27, 0.6)
        assert row.cost_usd == 0.6

    tell(story)


def test_what_was_sent_since_a_moment_is_found_removed_or_not(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        early, late, removed, waiting = [await task_in(store, S.WAITING) for _ in range(4)]
        (elsewhere,) = await store.add([REQUEST], gateway="elsewhere", at=NOW)
        for task, at in ((early, NOW - timedelta(seconds=1)), (late, NOW), (removed, NOW), (elsewhere.id, NOW)):
            await store.transition(task, S.SENDING, sent_at=at)
        await store.record(removed, removed_at=NOW)
        assert waiting
        assert [task.id for task in await store.sent_since(GATEWAY, NOW)] == [late, removed]

    tell(story)


def test_a_task_is_found_by_the_secret_that_was_committed_with_its_sending(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        first, second = [await task_in(store, S.WAITING) for _ in range(2)]
        assert await store.by_secret("one") is None
        await store.transition(first, S.SENDING, callback_secret="one")
        await store.transition(second, S.SENDING, callback_secret="two")
        await store.record(second, removed_at=NOW)
        found = [await store.by_secret(secret) for secret in ("one", "two", "three", "")]
        assert [task.id if task else None for task in found] == [first, second, None, None]
        assert [task.callback_secret for task in found if task] == ["one", "two"]
        # Sent once more, without a report or with another: the old secret is nobody's.
        await store.transition(first, S.WAITING)
        await store.transition(first, S.SENDING, callback_secret=None)
        assert await store.by_secret("one") is None

    tell(story)


def test_a_task_is_found_by_the_id_of_the_service_whatever_became_of_it(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        task = await task_in(store, S.SENDING)
        await store.transition(task, S.PENDING, task_id="remote-7")
        await store.record(task, removed_at=NOW)
        assert await store.has_task_id("remote-7")
        assert not await store.has_task_id("remote")
        assert not await store.has_task_id("")

    tell(story)


def test_files_of_clips_are_told_in_pages_newest_first(tell: Tell) -> None:
    async def story(store: SqliteTasks) -> None:
        paths = [Path(f"/clips/{number}.mp4") for number in range(5)]
        for path in paths:
            task = await task_in(store, S.PROCESSING)
            await store.succeed(task, ["https://cdn.example/film"], completed_at=NOW, expires_at=NOW)
            (clip,) = (await store.get_many([task]))[0].clips
            await store.transition_clip(clip.id, C.DOWNLOADING)
            if path != paths[1]:
                await store.transition_clip(clip.id, C.SAVED, path=path)
            if path == paths[3]:
                await store.transition_clip(clip.id, C.MISSING)
        first = await store.clip_files(limit=2)
        assert [(file.path, file.is_saved) for file in first] == [(str(paths[4]), True), (str(paths[3]), False)]
        rest = await store.clip_files(limit=100, before=first[-1].clip)
        assert [file.path for file in rest] == [str(paths[2]), str(paths[0])]
        assert await store.clip_files(limit=100, before=rest[-1].clip) == []
        assert await store.clip_files_of([file.clip for file in rest]) == rest[::-1]
        revision, every = await store.clip_files_since(0)
        assert sorted(every, key=lambda file: -file.clip) == [*first, *rest]
        await store.transition_clip(rest[0].clip, C.MISSING)
        assert await store.clip_files_since(revision) == (revision + 1, [ClipFile(rest[0].clip, rest[0].path, False)])

    tell(story)
