"""`doctor`: checks each part beside an open window, and changes, repairs and owns nothing."""

import asyncio
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio import paths
from sora_studio.cli.commands import DoctorCommand
from sora_studio.cli.doctor.places import Place, check_disk, check_folders, look_at_place
from sora_studio.cli.doctor.records import check_database, check_files
from sora_studio.cli.doctor.service import check_key, check_service
from sora_studio.cli.doctor.way_back import check_relay
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import plain
from sora_studio.cli.streams import write_out
from sora_studio.disk_calls import on_disk
from sora_studio.domain.checkup import CheckState, Finding
from sora_studio.domain.errors import FolderSilent, InvalidSetting
from sora_studio.domain.settings import BASE_URL_VARIABLE, Settings, check_base_url
from sora_studio.storage.settings import SettingsFile

if TYPE_CHECKING:
    from sora_studio.storage.secrets import KeyStores

_MOST_COLUMNS, _LEAST_COLUMNS = 120, 40


@dataclass(frozen=True, slots=True)
class _Setup:
    """What the settings say; `trouble` names values that are not used. An unusable address is empty, and `wrong` says why."""

    settings: Settings
    trouble: str
    base_url: str
    wrong: str


async def examine(command: DoctorCommand, folder: Path, keys: "KeyStores", *, simulator: str | None) -> ExitCode:
    """Print a finding for each part. `simulator` is the address of a demo's service."""
    findings = await _findings(folder, keys, simulator)
    if command.json:
        write_out(json.dumps({finding.name: _object(finding) for finding in findings}))
    else:
        for line in _lines(findings):
            write_out(line)
    needs_you = any(finding.state is CheckState.PROBLEM for finding in findings)
    return ExitCode.NEEDS_YOU if needs_you else ExitCode.SAVED


async def _findings(folder: Path, keys: "KeyStores", simulator: str | None) -> tuple[Finding, ...]:
    setup = await _read_setup(folder, simulator)
    clips = setup.settings.output_dir or (folder / "clips" if simulator else paths.videos_dir())
    asked = asyncio.ensure_future(check_key(keys.api_key))  # a key store may take seconds
    try:
        (database, inspection), at_data, at_clips = await asyncio.gather(
            check_database(folder, datetime.now(UTC)),
            look_at_place(Place("data", "data folder", folder)),
            look_at_place(Place("clips", "clips folder", clips)),
        )
        others = [other for other in (inspection.folders if inspection else ()) if other not in (folder, clips)]
        at_others = await asyncio.gather(*(look_at_place(Place(str(other), "folder", other)) for other in others))
        files = await check_files(folder, inspection, datetime.now(UTC))
        key, connection = await check_service(await asked, keys.api_key.key, setup.base_url, wrong=setup.wrong)
    finally:
        asked.cancel()
    relay = await check_relay(setup.settings, folder, keys.relay_token, is_demo=simulator is not None)
    return (
        database,
        files,
        check_folders((at_data, at_clips, *at_others), setup.trouble),
        key,
        check_disk((at_data, at_clips, *at_others)),
        connection,
        relay,
    )


async def _read_setup(folder: Path, simulator: str | None) -> _Setup:
    file = SettingsFile(folder / "settings.toml", keeps_damaged=False)
    try:
        settings, trouble = await on_disk(folder, file.load), file.trouble
    except FolderSilent as silent:
        settings, trouble = Settings(), f"The settings cannot be read: {silent.title}"
    try:
        base_url, wrong = check_base_url(simulator or os.environ.get(BASE_URL_VARIABLE) or settings.base_url), ""
    except InvalidSetting as invalid:
        base_url, wrong = "", invalid.sentence
    return _Setup(settings, trouble, base_url, wrong)


def _object(finding: Finding) -> dict[str, object]:
    return {"state": finding.state.value, "say": finding.say, "do": finding.do, **finding.facts}


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    width = max(_LEAST_COLUMNS, min(_MOST_COLUMNS, shutil.get_terminal_size().columns if _is_terminal() else _MOST_COLUMNS))
    names = max(len(finding.name) for finding in findings)
    states = max(len(finding.state) for finding in findings)
    for finding in findings:
        head = f"{finding.name:<{names}}  {finding.state:<{states}}  "
        yield from _wrapped(finding.say, head, width)
        if finding.do:
            yield from _wrapped(f"To do: {finding.do}", " " * len(head), width)
    count = sum(finding.state is CheckState.PROBLEM for finding in findings)
    yield ""
    yield "Nothing needs you." if not count else "1 part needs you." if count == 1 else f"{count} parts need you."


def _wrapped(text: str, head: str, width: int) -> list[str]:
    """Return the lines of a text. A path is broken at its spaces only."""
    return textwrap.wrap(
        plain(text),
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _is_terminal() -> bool:
    return bool(sys.stdout and sys.stdout.isatty())
