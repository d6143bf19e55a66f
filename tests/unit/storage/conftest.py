"""A real database file, and a runner that lets plain tests await."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.tasks import SqliteTasks

Result = TypeVar("Result")

GATEWAY = "https://api.example"
AT = datetime(2026, 11, 22, 18, 5, 9, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """The storage on one file, with `run` to await things."""

    run: Callable[..., object]
    database: Database
    tasks: SqliteTasks
    drafts: SqliteDrafts

    def add(self, *prompts: str, gateway: str = GATEWAY) -> list[Task]:
        """A task for each prompt, each on its own."""
        return [
            task
            for prompt in prompts
            for task in self.run(self.tasks.add([GenerationRequest("sora-2", prompt)], gateway=gateway, at=AT))
        ]

    def get(self, task: int) -> Task:
        """The task as it is now."""
        found = self.run(self.tasks.get(task))
        assert found is not None
        return found


@pytest.fixture
def run() -> Iterator[Callable[[Awaitable[Result]], Result]]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def store(tmp_path: Path, run: Callable[..., object]) -> Iterator[Store]:
    database = Database(tmp_path / "studio.db")
    run(database.open())
    yield Store(run, database, SqliteTasks(database), SqliteDrafts(database))
    run(database.close())


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def later() -> datetime:
    return AT + timedelta(minutes=5)


@pytest.fixture
def gateway() -> str:
    return GATEWAY
