"""`generate --dry-run`: prints what would be sent, or why it would not. Needs no key, sends nothing and keeps nothing."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sora_studio.cli.catalogue import load_models
from sora_studio.cli.commands import GenerateCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.generate import batch_words
from sora_studio.cli.media_files import inspect
from sora_studio.cli.prompt_text import prompt_from
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.build import Sent, build, provider
from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft, MediaFacts, Medium
from sora_studio.domain.models.profile import MediaSlot, ModelProfile, Role, Status
from sora_studio.domain.request import check_takes, has_host, is_url, slot_of
from sora_studio.services.models.typed_draft import mode_for, named_media, no_model, read_options, role_named
from sora_studio.storage.settings import SettingsFile

_MODEL, _TAKES = "model", "takes"
_ORDER = {kind: position for position, kind in enumerate((_MODEL, *RefusalKind, _TAKES))}


@dataclass(frozen=True, slots=True)
class Refused:
    """`kind` is one of `RefusalKind`, or `model` (there is none with that slug) or `takes`; `field` is what is at fault."""

    kind: str
    say: str
    field: str


@dataclass(frozen=True, slots=True)
class Made:
    """The body of the request, without a callback. `provider` is None if it is not sent."""

    model: str
    provider: str | None
    input: Mapping[str, Sent]


@dataclass(slots=True)
class _Media:
    """The media of the command by role, and what is wrong with the files."""

    by_role: dict[Role, tuple[Medium, ...]] = field(default_factory=dict[Role, tuple[Medium, ...]])
    refused: list[Refused] = field(default_factory=list[Refused])


def dry_run(command: GenerateCommand, folder: Path) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a dry run. The prompt is read before it is awaited."""
    try:
        return _run(command, prompt_from(command.prompt), [], folder)
    except InvalidRequest as unreadable:
        return _run(command, "", [Refused(RefusalKind.PROMPT_UNSENDABLE, unreadable.title, "prompt")], folder)


async def _run(command: GenerateCommand, prompt: str, refused: list[Refused], folder: Path) -> ExitCode:
    profiles = await load_models(folder)
    slug = command.model or await asyncio.to_thread(_chosen_model, folder)
    profile = profiles.get(slug)
    if profile is None:
        return _tell_refused(command, [Refused(_MODEL, no_model(slug), _MODEL)])
    drafts, refused = await _drafts(command, prompt, profile, refused)
    if refused:
        return _tell_refused(command, refused)
    if words := batch_words(len(drafts), command.takes, len(drafts) * command.takes):
        say(f"{words} This is the first.")
    draft = drafts[0].with_addresses(_address)
    made = Made(profile.slug, provider(draft, profile), build(draft, profile))
    _tell(command, made, profile)
    return ExitCode.SAVED


def _chosen_model(folder: Path) -> str:
    file = SettingsFile(folder / "settings.toml")
    settings = file.load()
    if file.trouble:
        say(file.trouble)
    return settings.model


async def _drafts(
    command: GenerateCommand, prompt: str, profile: ModelProfile, refused: list[Refused]
) -> tuple[list[Draft], list[Refused]]:
    """Return one draft for each task, and everything that keeps them from being sent, in the order of the checks."""
    roles = [role for word, _ in command.media if (role := role_named(word))]
    mode = mode_for(profile, command.mode, [*roles, *(Role.FIRST for _ in command.images)])
    options = read_options(command.choices, mode, profile)
    draft = Draft(prompt, mode, options, route=command.route)
    if profile.mode(mode) is None or profile.status is Status.GONE:
        return [], [Refused(refusal.kind, refusal.say, refusal.field) for refusal in check(draft, profile)]
    media = await _read_media(command, mode, profile)
    draft = Draft(prompt, mode, options, media.by_role, command.route)
    # Several --image make several tasks; what --media names belongs to one.
    drafts = [draft] if Role.FIRST in roles else draft.split(profile)
    found = [Refused(refusal.kind, refusal.say, refusal.field) for part in drafts for refusal in check(part, profile)]
    if refused:  # the prompt could not be read, so nothing is known about it
        found = [refusal for refusal in found if refusal.field != "prompt"]
    takes = [Refused(_TAKES, problem.message, problem.field) for problem in check_takes(command.takes, len(drafts))]
    together = dict.fromkeys([*found, *refused, *media.refused, *takes])
    return drafts, sorted(together, key=lambda refusal: _ORDER[refusal.kind])


async def _read_media(command: GenerateCommand, mode: str, profile: ModelProfile) -> _Media:
    named, refusals = named_media(command.images, command.media, mode, profile)
    media = _Media(refused=[Refused(refusal.kind, refusal.say, refusal.field) for refusal in refusals])
    for role, found in named.items():
        slot = slot_of(profile, mode, role)
        for medium in found:
            known, refusal = medium, None
            if not any(refusal.address == medium.address for refusal in refusals):
                known, refusal = await _inspected(medium, role, slot, fit=command.fit)
            media.by_role[role] = (*media.by_role.get(role, ()), known)
            if refusal:
                media.refused.append(refusal)
    return media


async def _inspected(medium: Medium, role: Role, slot: MediaSlot | None, *, fit: bool) -> tuple[Medium, Refused | None]:
    """Return the medium with what is known about it, and what is wrong with the file or address itself."""
    address = medium.address
    if is_url(address):
        words = "" if has_host(address) else f"{address} is not a complete address."
        return medium, Refused(RefusalKind.MEDIA_MISSING, words, role) if words else None
    facts = await inspect(Path(address), medium.kind, slot, fit=fit)
    if isinstance(facts, MediaFacts):
        return replace(medium, facts=facts), None
    return medium, Refused(facts.kind, facts.say, role)


def _address(medium: Medium) -> str:
    """Return the address; for a file, which would get one only when it is sent, a word that stands for it."""
    return medium.address if is_url(medium.address) else f"upload:{Path(medium.address).name}"


def _tell_refused(command: GenerateCommand, refused: list[Refused]) -> ExitCode:
    if command.json:
        write_out(json.dumps({"refused": [asdict(refusal) for refusal in refused]}))
    else:
        for refusal in refused:
            say(refusal.say)
    return ExitCode.INVALID


def _tell(command: GenerateCommand, made: Made, profile: ModelProfile) -> None:
    if command.json:
        write_out(json.dumps(asdict(made)))
        return
    route = f" by the route {made.provider}" if made.provider else ""
    write_out(plain(f"{profile.title} would get this{route}; nothing was sent."))
    for name, value in made.input.items():
        write_out(f"  {name}: {plain(value) if isinstance(value, str) else json.dumps(value)}")
