"""`models check`: compares the service's public index of models with the installed ones, and proposes profiles."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sora_studio.cli.catalogue import load_models
from sora_studio.cli.commands import CheckModelsCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.settings import BASE_URL_VARIABLE, check_base_url, models_url_for
from sora_studio.gateway.model_index import HttpModelIndex
from sora_studio.services.models.model_check import Change, ModelChange, ModelCheck
from sora_studio.storage.proposals import save_proposal
from sora_studio.storage.settings import SettingsFile


async def check_models(command: CheckModelsCommand, folder: Path, *, simulator: str | None) -> ExitCode:
    """Print what is new, changed or gone. `simulator` is the address of a demo's service.

    Raises `InvalidSetting` for an address that cannot be used, and what `ModelCheck.check` raises.
    """
    proxies = read_proxies()
    for problem in proxies.problems:
        say(problem)
    models = folder / "models"
    check = ModelCheck(
        fetch=HttpModelIndex(await _address(folder, simulator), proxies=proxies).fetch,
        profiles=await load_models(folder),
        save=partial(save_proposal, models / "proposed"),
        today=lambda: datetime.now(UTC).date(),
    )
    report = await check.check()
    for remark in report.remarks:
        say(str(remark))
    for change in report.changes:
        for line in [_object(change)] if command.json else _lines(change, models):
            write_out(line)
    if not report.changes and not command.json:
        write_out("No model is new, changed or gone.")
    return ExitCode.SAVED


async def _address(folder: Path, simulator: str | None) -> str:
    file = SettingsFile(folder / "settings.toml")
    settings = await asyncio.to_thread(file.load)
    if file.trouble:
        say(file.trouble)
    base_url = check_base_url(simulator or os.environ.get(BASE_URL_VARIABLE) or settings.base_url)
    return models_url_for(settings.models_url, base_url)


def _object(change: ModelChange) -> str:
    return json.dumps(
        {
            "slug": change.slug,
            "title": change.title,
            "change": change.change,
            "differences": list(change.differences),
            "proposal": str(change.proposal) if change.proposal else None,
        }
    )


def _lines(change: ModelChange, models: Path) -> Iterator[str]:
    """Yield a line for each difference, and one that says how to install the proposal."""
    who = f"{change.slug} ({change.title})"
    if change.change is Change.NEW:
        yield plain(f"{who}: This model is new.")
    elif change.change is Change.GONE:
        yield plain(f"{who}: The service no longer lists this model.")
    yield from (plain(f"{who}: {difference}") for difference in change.differences)
    if change.proposal is not None:
        target = models / change.proposal.name
        yield plain(f"{who}: To install the proposed profile, check it and move {change.proposal} to {target}.")
    elif change.schema is not None:
        yield plain(f"{who}: No profile is proposed. The schema is in {change.schema}.")
