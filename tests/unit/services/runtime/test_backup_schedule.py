"""Backups are looked after by the owner alone, now and then, and what keeps them from being made is said only if it matters."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable, StorageFull, StudioError
from sora_studio.domain.events import EventBus
from sora_studio.services.runtime.backup_schedule import FIRST_AFTER_S, LOOK_EVERY_S, BackupSchedule
from sora_studio.services.runtime.notices import DATABASE, Notices
from tests.doubles.clock import ManualClock


def told(*, hours: int, owner_from_hour: int = 0, trouble: Sequence[StudioError] = ()) -> tuple[list[timedelta], Notices]:
    """How long after the start a backup was asked for, and what was said, in so many hours."""
    asked, troubles = list[timedelta](), list(trouble)

    async def scene() -> Notices:
        clock, notices = ManualClock(), Notices(EventBus())
        begun = clock.now()

        async def back_up(now: datetime) -> bool:
            asked.append(now - begun)
            if troubles:
                raise troubles.pop(0)
            return True

        def is_owner() -> bool:
            return clock.now() - begun >= timedelta(hours=owner_from_hour)

        running = asyncio.create_task(BackupSchedule(back_up, notices, clock, is_owner=is_owner).run())
        for _ in range(hours):
            await clock.advance(LOOK_EVERY_S)
        running.cancel()
        await asyncio.wait([running])
        return notices

    notices = asyncio.run(scene())
    return asked, notices


def test_the_first_look_comes_after_the_start_and_then_one_an_hour() -> None:
    asked, notices = told(hours=4)
    assert asked == [timedelta(seconds=FIRST_AFTER_S + hour * LOOK_EVERY_S) for hour in range(4)]
    assert notices.current == ()


def test_a_guest_looks_on_until_it_owns_the_folder() -> None:
    asked, _ = told(hours=5, owner_from_hour=3)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("trouble", "causes"), [(StorageFull(), []), (DatabaseUnusable(Path("studio.db"), "it is damaged."), [DATABASE])]
)
def test_trouble_does_not_end_it_and_damage_is_said(trouble: StudioError, causes: list[str]) -> None:
    asked, notices = told(hours=3, trouble=[trouble])
    assert len(asked) == 3
    assert [notice.cause for notice in notices.current] == causes
