"""What of the person's is reachable now, in words, and the way to take it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.picture import PictureRoute, Publication
from sora_studio.domain.settings import is_loopback
from sora_studio.viewmodels.task_quantities import time_of_day_text

if TYPE_CHECKING:
    from sora_studio.studio import Studio

ROUTE_WORDS = {
    PictureRoute.BUCKET: "My bucket",
    PictureRoute.RELAY: "My relay",
    PictureRoute.COMMAND: "My own command",
}
_PROMPT_CHARS = 48


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One picture as the list shows it; `trouble` is empty when all is well."""

    id: int
    name: str
    facts: str
    tasks: str
    trouble: str
    can_withdraw: bool


class PublicationsModel(QObject):
    """Keeps `rows`, newest first; asked anew by `refresh`.

    Signals: `changed()`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[PublicationRow, ...] = ()
        self._studio: Studio | None = None

    def attach(self, studio: "Studio | None") -> None:
        """Tell about this studio's from now on."""
        self._studio = studio

    async def refresh(self) -> None:
        """Ask what stands now, and what it stands for."""
        if self._studio is None:
            return
        standing = await self._studio.publishing.standing()
        tasks = await self._studio.library.tasks(sorted({task for one in standing for task in one.tasks}))
        prompts = {task.id: task.request.prompt for task in tasks}
        now = datetime.now(UTC)
        rows = tuple(row_of(publication, prompts, now) for publication in standing)
        if rows != self.rows:
            self.rows = rows
            self.changed.emit()

    async def withdraw(self, publication: int) -> None:
        """Take one back; what hinders it stands in its row afterwards."""
        if self._studio is not None:
            await self._studio.publishing.withdraw(publication)
            await self.refresh()


def row_of(publication: Publication, prompts: Mapping[int, str], now: datetime) -> PublicationRow:
    """A publication in words; `prompts` are those of its tasks."""
    since = time_of_day_text(publication.published_at, now)
    until = time_of_day_text(publication.expires_at, now)
    reachable = f"since {since}, until {until} at the latest" if publication.url else "on its way"
    way = "Only on this computer" if is_loopback(publication.url or "") else ROUTE_WORDS[publication.route]
    return PublicationRow(
        id=publication.id,
        name=publication.name,
        facts=f"{way} · {reachable}",
        tasks=_tasks_words([prompts[task] for task in publication.tasks if task in prompts]),
        trouble=publication.trouble or "",
        can_withdraw=publication.route is not PictureRoute.COMMAND,
    )


def _tasks_words(prompts: list[str]) -> str:
    if not prompts:
        return "For no task any more"
    first = " ".join(prompts[0].split())
    short = first if len(first) <= _PROMPT_CHARS else f"{first[: _PROMPT_CHARS - 1].rstrip()}…"
    others = len(prompts) - 1
    more = f" and {others} more {'task' if others == 1 else 'tasks'}" if others else ""
    return f"For “{short}”{more}"
