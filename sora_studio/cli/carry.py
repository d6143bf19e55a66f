"""`carry`: shows what becomes of a draft that changes its model. Nothing is kept."""

import json
from pathlib import Path

from sora_studio.cli.catalogue import known_model, load_models
from sora_studio.cli.commands import CarryCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import plain
from sora_studio.cli.streams import write_out
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.carry import Carried, carry
from sora_studio.domain.models.draft import Draft, Media, Medium
from sora_studio.domain.models.profile import ModelProfile, Role
from sora_studio.services.models.typed_draft import kind_of, mode_for, no_role, read_options, role_named


async def carry_draft(command: CarryCommand, folder: Path) -> ExitCode:
    """Write the draft as the other model takes it, and what has changed. Raises `InvalidRequest` for unknown names."""
    profiles = await load_models(folder)
    source, target = known_model(profiles, command.source), known_model(profiles, command.target)
    carried = carry(_draft(command, source), source, target)
    if command.json:
        write_out(_json(carried))
    else:
        for line in _lines(carried, target):
            write_out(plain(line))
    return ExitCode.SAVED


def _draft(command: CarryCommand, source: ModelProfile) -> Draft:
    roles = [role for word, _ in command.media if (role := role_named(word))]
    mode_id = mode_for(source, command.mode, roles)
    problems = [Problem("media", no_role(word)) for word, _ in command.media if not role_named(word)]
    mode = source.mode(mode_id)
    if mode is None:
        problems.append(Problem("mode", f"{source.title} has no mode {mode_id}."))
    else:
        fields = {option.field for option in source.options_in(mode_id)}
        unknown = (field for field, _ in command.choices if field not in fields)
        problems.extend(Problem(field, f"{mode.title} has no option {field}.") for field in unknown)
    if problems:
        raise InvalidRequest(problems)
    media = dict[Role, tuple[Medium, ...]]()
    for role, (_, name) in zip(roles, command.media, strict=True):
        media[role] = (*media.get(role, ()), Medium(name, kind_of(role, mode_id, source)))
    return Draft("", mode_id, read_options(command.choices, mode_id, source), media)


def _json(carried: Carried) -> str:
    draft = carried.draft
    return json.dumps(
        {
            "mode": draft.mode,
            "options": dict(draft.options),
            "media": _names(draft.media),
            "set_aside": _names(draft.set_aside),
            "notes": list(carried.notes),
        }
    )


def _names(media: Media) -> dict[str, list[str]]:
    return {role.value: [medium.address for medium in given] for role, given in media.items() if given}


def _lines(carried: Carried, target: ModelProfile) -> list[str]:
    draft = carried.draft
    mode = target.mode(draft.mode)
    lines = [f"{target.title}, {mode.title if mode else draft.mode}"]
    labels = ((option, draft.chosen(option)) for option in target.options_in(draft.mode))
    lines.extend(f"  {option.title}: {option.label(value)}" for option, value in labels if value is not None)
    lines.extend(f"  {role}: {', '.join(names)}" for role, names in _names(draft.media).items())
    lines.extend(f"  set aside, {role}: {', '.join(names)}" for role, names in _names(draft.set_aside).items())
    return [*lines, *carried.notes]
