"""The service that turns a table of prompts into drafts or tasks: all of its rows, or none."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import on_disk
from sora_studio.domain.batch_gate import Means, judge_batch
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import FileUnusable, InvalidRequest, Problem, StudioError
from sora_studio.domain.intent import Intent
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.project import Project
from sora_studio.domain.request import MAX_TASKS_AT_ONCE, GenerationRequest
from sora_studio.domain.search_words import fold
from sora_studio.domain.task import Task
from sora_studio.services.library.importing.csv_rows import read_rows
from sora_studio.services.library.importing.prompt_table import PromptRow, RowReader, check_columns
from sora_studio.services.tasks.submission import RequestRow, Submission

if TYPE_CHECKING:
    from sora_studio.services.library.judging import Judging
    from sora_studio.storage.drafts import SqliteDrafts
    from sora_studio.storage.projects import SqliteProjects

_log = logging.getLogger(__name__)
PriceOf = Callable[[GenerationRequest, ModelProfile], PriceEstimate | None]
_Check = Callable[[GenerationRequest, int], Awaitable[Sequence[Problem]]]


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """A checked table. `prices` are those of the tasks of each row, None where they are not known."""

    rows: tuple[PromptRow, ...]
    prices: tuple[tuple[PriceEstimate | None, ...], ...]

    @property
    def tasks(self) -> int:
        """How many tasks the rows make."""
        return sum(map(len, self.prices))

    @property
    def cost(self) -> str:
        """What the tasks cost, as ` for $4.80–7.20`."""
        prices = [price for row in self.prices for price in row]
        return judge_batch(prices, Means(ask_above_usd=float("inf"))).cost


class PromptTables:
    """Reads, checks and prices tables, and keeps their rows as drafts. Sends nothing."""

    def __init__(
        self,
        profiles: Mapping[str, ModelProfile],
        drafts: "SqliteDrafts",
        *,
        usual_model: Callable[[], str],
        price_of: PriceOf,
        now: Callable[[], datetime],
        on_kept: Callable[[], None] = lambda: None,
    ) -> None:
        self._profiles = profiles
        self._drafts = drafts
        self._on_kept = on_kept
        self._usual_model = usual_model
        self._price_of = price_of
        self._now = now

    async def plan(self, path: Path, *, check: _Check | None = None) -> PromptPlan:
        """Return the checked table; `check` is a further check of each request and its takes.

        Raises `InvalidRequest`, whose problems name row and column, `FileUnusable` for what is no table, and `FolderSilent`.
        """
        columns, rows = await read_rows(path)
        problems = check_columns(columns, self._profiles)
        if problems:
            raise InvalidRequest(problems)
        if not rows:
            raise FileUnusable(f"{path.name} has no rows below the names of its columns.", advice="Nothing was imported.")
        reader = RowReader(self._profiles, usual_model=self._usual_model(), folder=path.parent)
        asked = list[PromptRow]()
        for row in rows:
            await asyncio.sleep(0)  # a table may have thousands of rows
            prompt, found = reader.read(row)
            problems += found
            if prompt is None:
                continue
            asked.append(prompt)
            missing = await _check_files(prompt)
            problems += missing
            if not (found or missing):
                problems += await _checked(prompt, check)
        if problems:
            raise InvalidRequest(list(dict.fromkeys(problems)))
        return PromptPlan(tuple(asked), tuple(map(self._prices, asked)))

    async def keep(self, plan: PromptPlan) -> list[Draft]:
        """Add a draft for each row, in one transaction, and return them. The draft that is open in an editor stays first."""
        drafts = [Draft(0, row.request, takes=row.takes) for row in plan.rows]
        added = await self._drafts.add_all(drafts, projects=[row.project for row in plan.rows], at=self._now())
        self._on_kept()
        return added

    def _prices(self, row: PromptRow) -> tuple[PriceEstimate | None, ...]:
        profile = self._profiles[row.request.model]
        parts = [part.completed(profile) for part in row.request.split(profile)]
        return tuple(self._price_of(part, profile) for part in parts) * row.takes


class PromptSending:
    """Makes tasks of a checked table, through the one way that every task takes."""

    def __init__(
        self,
        submission: Submission,
        judging: "Judging",
        projects: "SqliteProjects",
        *,
        now: Callable[[], datetime],
        wants_report: Callable[[], bool],
    ) -> None:
        self._submission = submission
        self._judging = judging
        self._projects = projects
        self._now = now
        self._wants_report = wants_report

    async def check(self, request: GenerationRequest, takes: int) -> Sequence[Problem]:
        """Check a request as it is checked before it is sent: its files and addresses, too."""
        return await self._submission.check(request, takes=takes)

    async def send(self, plan: PromptPlan, *, ask: bool = False) -> list[Task]:
        """Add the tasks of all rows in one transaction, and return them in the order of the rows.

        Raises like `Submission.submit_rows`; then there is no task, and no new project. Tags that cannot be written are left
        out.
        """
        if plan.tasks > MAX_TASKS_AT_ONCE:
            words = f"{plan.tasks} tasks at once are too many; {MAX_TASKS_AT_ONCE} can be sent together. Split the table."
            raise InvalidRequest([Problem("count", words)])
        known = {fold(project.name): project for project in await self._projects.all()}
        made = list[Project]()
        try:
            for name in dict.fromkeys(row.project for row in plan.rows if row.project):
                if fold(name) not in known:
                    made.append(await self._projects.save(Project(0, name), at=self._now()))
                    known[fold(name)] = made[-1]
            added = await self._submission.submit_rows(self._rows(plan, known), ask=ask)
        except BaseException:
            for project in made:
                await self._projects.remove(project.id, at=self._now())
            raise
        await self._tag(plan, added)
        return added

    def _rows(self, plan: PromptPlan, projects: Mapping[str, Project]) -> list[RequestRow]:
        callback = self._wants_report()
        return [
            RequestRow(
                replace(row.request, callback=callback),
                row.takes,
                Intent(project=projects[fold(row.project)].id) if row.project else Intent(),
            )
            for row in plan.rows
        ]

    async def _tag(self, plan: PromptPlan, added: Sequence[Task]) -> None:
        tasks = iter(added)
        for row, prices in zip(plan.rows, plan.prices, strict=True):
            own = [ClipRef(next(tasks).id) for _ in prices]
            if not row.tags:
                continue
            try:
                await self._judging.judge(own, Judgement(tags=row.tags))
            except StudioError as error:  # the tasks are sent all the same, and must not be taken for refused
                _log.warning("The tasks of row %d are without their tags: %s", row.number, error)


async def _check_files(row: PromptRow) -> list[Problem]:
    """Return the local media that are not there."""
    problems = list[Problem]()
    for file in row.request.files:
        path = Path(file)
        role = next(role for role, media in row.request.media.items() if any(one.address == file for one in media))
        try:
            is_there = await on_disk(path.parent, path.is_file)
        except (OSError, ValueError) as error:
            problems.append(Problem(f"row {row.number}, {role}", f"{file} cannot be read: {error}.", file))
        else:
            if not is_there:
                problems.append(Problem(f"row {row.number}, {role}", f"There is no file {file}.", file))
    return problems


async def _checked(row: PromptRow, check: _Check | None) -> list[Problem]:
    found = await check(row.request, row.takes) if check else ()
    return [Problem(f"row {row.number}, {problem.field}", problem.message, problem.source) for problem in found]
