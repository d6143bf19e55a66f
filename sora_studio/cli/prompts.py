"""`import` of a table of prompts: as drafts without the service, or as tasks, which are sent and followed like `generate`'s."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.cli import again
from sora_studio.cli.catalogue import load_models
from sora_studio.cli.commands import ImportCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.generate import PUBLIC, follow_to_end
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.models.estimate import likeness_of, stated_price
from sora_studio.domain.money import dollars
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.prompt import first_line
from sora_studio.domain.request import as_draft
from sora_studio.domain.settings import BASE_URL_VARIABLE, origin_of
from sora_studio.services.library.importing.prompts import PriceOf, PromptPlan, PromptTables
from sora_studio.services.models.task_memory import READ_OF_MODEL, TaskMemory
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.settings import SettingsFile
from sora_studio.storage.tasks import SqliteTasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sora_studio.domain.models.estimate import PriceEstimate
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.domain.request import GenerationRequest
    from sora_studio.studio import Studio


async def keep_prompts(command: ImportCommand, folder: Path, database: Database) -> ExitCode:
    """Keep the rows of a table as drafts; in a dry run, print what they would become and cost."""
    profiles = await load_models(folder)
    settings = await asyncio.to_thread(SettingsFile(folder / "settings.toml").load)
    tables = PromptTables(
        profiles,
        SqliteDrafts(database),
        usual_model=lambda: settings.model,
        price_of=await _prices(database, profiles, _gateway(settings.base_url, demo=command.demo)),
        now=lambda: datetime.now(UTC),
    )
    plan = await tables.plan(command.path)
    drafts = [] if command.dry_run else await tables.keep(plan)
    numbers = [[draft.id] for draft in drafts] or [[] for _ in plan.rows]
    for line in _rows(plan, numbers, command):
        write_out(line)
    _say_what_becomes(plan, command)
    return ExitCode.SAVED


async def send_prompts(command: ImportCommand, studio: "Studio") -> ExitCode:
    """Make tasks of a table, all or none, and follow them to their end."""
    sending = studio.prompt_sending
    plan = await studio.prompt_tables.plan(command.path, check=sending.check)
    say(f"{_count(plan.tasks, 'task')}{plan.cost}.")
    _say_what_becomes_public(plan, studio)
    try:
        added = await sending.send(plan, ask=again.can_ask())
    except BatchQuestion as question:
        if not await again.is_agreed(question.title):
            raise
        added = await sending.send(plan)
    left = iter(added)
    numbers = [[next(left).id for _ in prices] for prices in plan.prices]
    if command.json:
        for line in _rows(plan, numbers, command):
            write_out(line)
    return await follow_to_end(studio, added, as_json=command.json)


def _say_what_becomes_public(plan: PromptPlan, studio: "Studio") -> None:
    files = Counter[PictureRoute]()
    for row in plan.rows:
        route = studio.publishing.route_for(row.request)
        if route and not studio.publishing.stays_here(route):
            files[route] += len(row.request.files)
    for route, count in files.items():
        if count:
            which = "The file becomes" if count == 1 else f"The {count:,} files become"
            say(f"{which} reachable on the internet {PUBLIC[route]}")


async def _prices(database: Database, profiles: "Mapping[str, ModelProfile]", gateway: str) -> PriceOf:
    """Return what prices a request: measured with like tasks of this gateway, else as the profile states it."""
    memory = TaskMemory()
    history = await SqliteTasks(database).task_history(tuple(profiles), gateway=gateway, most=READ_OF_MODEL)
    for _ in memory.take(history, profiles):
        pass

    def price_of(request: "GenerationRequest", profile: "ModelProfile") -> "PriceEstimate | None":
        draft = as_draft(request, profile)
        return memory.price(likeness_of(draft, profile)) or stated_price(draft, profile)

    return price_of


def _gateway(base_url: str, *, demo: bool) -> str:
    if demo:
        from sora_studio.launch import SIMULATOR

        return SIMULATOR
    return origin_of(os.environ.get(BASE_URL_VARIABLE) or base_url)


def _rows(plan: PromptPlan, numbers: list[list[int]], command: ImportCommand) -> Iterator[str]:
    kind = "task" if command.as_tasks else "draft"
    for row, prices, made in zip(plan.rows, plan.prices, numbers, strict=True):
        known = [price.usd for price in prices if price]
        usd = round(sum(known), 6) if len(known) == len(prices) else None
        if command.json:
            yield json.dumps(
                {
                    "row": row.number,
                    "as": kind,
                    "ids": made,
                    "model": row.request.model,
                    "mode": row.request.mode,
                    "options": dict(row.request.options),
                    "prompt": row.request.prompt,
                    "tasks": len(prices),
                    "usd": usd,
                    "project": row.project,
                    "tags": list(row.tags),
                }
            )
        else:
            what = f"{kind} {', '.join(map(str, made))}" if made else f"{_count(len(prices), 'task')}"
            price = "price unknown" if usd is None else dollars(usd)
            yield plain(f"row {row.number} · {what} · {row.request.model} · {price} · {first_line(row.request.prompt, 60)}")


def _say_what_becomes(plan: PromptPlan, command: ImportCommand) -> None:
    rows = _count(len(plan.rows), "task" if command.as_tasks else "draft")
    if command.dry_run:
        kind = f"{_count(plan.tasks, 'task')}{plan.cost}" if command.as_tasks else f"{rows}; as tasks{plan.cost}"
        say(f"Dry run, nothing was changed: {kind}.")
    else:
        say(f"{rows} added.")
    if not command.as_tasks and any(row.tags for row in plan.rows):
        say("Drafts have no tags; those of the table are left out.")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
