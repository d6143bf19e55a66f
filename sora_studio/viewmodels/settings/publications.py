"""The user's published pictures in words, and withdrawing them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.picture import PictureRoute, Publication, picture_name
from sora_studio.domain.settings import is_loopback
from sora_studio.domain.task import Task
from sora_studio.viewmodels.quantities import time_of_day_text

if TYPE_CHECKING:
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

SHOWN_AT_ONCE = 20
"""Page size of the list."""
ROUTE_WORDS = {
    PictureRoute.BUCKET: "My bucket",
    PictureRoute.RELAY: "My relay",
    PictureRoute.COMMAND: "My own command",
}
_PROMPT_CHARS = 48
_ONE_RUNS = " · Its task is still running and may fail without it."
_SOME_RUN = " · A task that is still running may fail without it."


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One picture at one place, however often it was published there; `trouble` is empty without a problem."""

    key: tuple[str, str]
    publications: tuple[int, ...]
    """Ids to withdraw, reachable ones first."""
    name: str
    facts: str
    tasks: str
    trouble: str
    can_withdraw: bool


class PublicationsModel(QObject):
    """The first `rows`, newest first, and the number of `more`; updated by `refresh`.

    Signals: `changed()`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[PublicationRow, ...] = ()
        self.more = 0
        self._most = SHOWN_AT_ONCE
        self._asking = asyncio.Lock()
        self._services: SettingsServices | None = None

    def attach(self, services: "SettingsServices | None") -> None:
        """Attach the services and return to the first page; call `refresh` afterwards."""
        self._services = services
        self._most = SHOWN_AT_ONCE

    async def refresh(self) -> None:
        """Read the current publications and their tasks."""
        if self._services is None:
            return
        async with self._asking:
            sent = _by_picture(await self._services.publishing.standing())
            shown = sent[: self._most]
            tasks = await self._services.tasks.get_many(sorted({task for each in shown for one in each for task in one.tasks}))
        by_id, now = {task.id: task for task in tasks}, datetime.now(UTC)
        rows, more = tuple(row_of(each, by_id, now) for each in shown), len(sent) - len(shown)
        if (rows, more) != (self.rows, self.more):
            self.rows, self.more = rows, more
            self.changed.emit()

    async def show_more(self) -> None:
        """Show another page of rows."""
        self._most += SHOWN_AT_ONCE
        await self.refresh()

    async def withdraw(self, row: PublicationRow) -> None:
        """Withdraw a row's publications; stop at the first failure, which the row then shows."""
        if self._services is None:
            return
        for publication in row.publications:
            if not await self._services.publishing.withdraw(publication):
                break
        await self.refresh()


def row_of(sent: Sequence[Publication], tasks: Mapping[int, Task], now: datetime) -> PublicationRow:
    """Build the row of one picture at one place from its publications, newest first, and their `tasks`."""
    newest = sent[0]
    reachable = [one for one in sent if one.url]
    way = "Only on this computer" if reachable and is_loopback(reachable[0].url) else ROUTE_WORDS[newest.route]
    can_withdraw = newest.route is not PictureRoute.COMMAND
    wanted = sorted({task for one in sent for task in one.tasks})
    return PublicationRow(
        key=(newest.fingerprint, newest.place),
        publications=tuple(one.id for one in sorted(sent, key=lambda one: not one.url)),
        name=picture_name(newest.name),
        facts=f"{way} · {_reach_words(newest.route, reachable, now)}",
        tasks=_tasks_words([tasks[task] for task in wanted if task in tasks], can_withdraw=can_withdraw),
        trouble=next((one.trouble for one in sent if one.trouble), ""),
        can_withdraw=can_withdraw,
    )


def _by_picture(standing: Iterable[Publication]) -> list[list[Publication]]:
    """Group publications by picture and place, in order of the newest of each."""
    found = dict[tuple[str, str], list[Publication]]()
    for one in standing:
        found.setdefault((one.fingerprint, one.place), []).append(one)
    return list(found.values())


def _reach_words(route: PictureRoute, reachable: Sequence[Publication], now: datetime) -> str:
    if not reachable:
        return "being published"
    since = time_of_day_text(min(one.published_at for one in reachable), now)
    if route is PictureRoute.COMMAND:
        return f"since {since}, for as long as your command keeps it"
    until = time_of_day_text(max(one.expires_at for one in reachable), now)
    return f"since {since}, until {until} at the latest"


def _tasks_words(tasks: Sequence[Task], *, can_withdraw: bool) -> str:
    if not tasks:
        return "No longer needed by a task"
    first = " ".join(tasks[0].request.prompt.split())
    short = first if len(first) <= _PROMPT_CHARS else f"{first[: _PROMPT_CHARS - 1].rstrip()}…"
    others = len(tasks) - 1
    more = f" and {others} more {'task' if others == 1 else 'tasks'}" if others else ""
    warning = ""
    if can_withdraw and any(task.state.is_running for task in tasks):  # the service may still fetch it
        warning = _ONE_RUNS if not others else _SOME_RUN
    return f"For “{short}”{more}{warning}"
