"""Reads a table of prompts: what each row asks for, and everything that is wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sora_studio.domain.errors import InvalidSetting, Problem
from sora_studio.domain.judgement import check_tag
from sora_studio.domain.models.profile import ModelProfile, Role
from sora_studio.domain.project import check_name
from sora_studio.domain.request import MAX_TAKES, GenerationRequest, check_request, is_url
from sora_studio.services.library.importing.csv_rows import CsvRow
from sora_studio.services.models.typed_draft import mode_for, named_media, no_model, read_options, role_named

PROMPT, MODEL, MODE, ROUTE = "prompt", "model", "mode", "route"
IMAGE, COUNT, PROJECT, TAGS = "image", "count", "project", "tags"
_OWN = (PROMPT, MODEL, MODE, ROUTE, IMAGE, COUNT, PROJECT, TAGS)
_MOST_COUNT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class PromptRow:
    """What a row asks for: `takes` of a request, whose tasks get a project and tags."""

    number: int
    request: GenerationRequest
    takes: int = 1
    project: str | None = None
    tags: tuple[str, ...] = ()


def check_columns(columns: Sequence[str], profiles: Mapping[str, ModelProfile]) -> list[Problem]:
    """Return what is wrong with the names of the columns: each is ours, a role, or a field of some model."""
    fields = {option.field for profile in profiles.values() for option in profile.options}
    known = {*_OWN, *Role, *fields}
    problems = [
        Problem(f"column {column or number}", "There is no such column: it is no option's field and no role of a medium.")
        for number, column in enumerate(columns, start=1)
        if _name(column, fields) not in known
    ]
    names = [_name(column, fields) for column in columns]
    twice = {name for name in names if names.count(name) > 1 and name != IMAGE and name not in set(Role)}
    problems += [Problem(f"column {name}", "It is there more than once.") for name in sorted(twice)]
    if PROMPT not in names:
        problems.append(Problem(f"column {PROMPT}", "It is missing: a table needs a column with this name in its first row."))
    return problems


class RowReader:
    """Reads rows of one table; relative names of files start at `folder`."""

    def __init__(self, profiles: Mapping[str, ModelProfile], *, usual_model: str, folder: Path) -> None:
        self._profiles = profiles
        self._usual_model = usual_model
        self._folder = folder
        self._fields = {option.field for profile in profiles.values() for option in profile.options}

    def read(self, row: CsvRow) -> tuple[PromptRow | None, list[Problem]]:
        """Return what the row asks for, None if its model is unknown, and what is wrong with it."""
        cells = [(_name(column, self._fields), cell) for column, cell in row.cells]
        own = {name: cell for name, cell in cells if name in _OWN}
        slug = own.get(MODEL, self._usual_model).strip()
        profile = self._profiles.get(slug)
        if profile is None:
            return None, [_problem(row, MODEL, no_model(slug))]
        problems = list[Problem]()
        request = self._request(row, cells, own, profile, problems)
        asked = PromptRow(
            row.number, request, _takes(row, own, problems), _project(row, own, problems), _tags(row, own, problems)
        )
        parts = [part.completed(profile) for part in request.split(profile)]
        found = dict.fromkeys(problem for part in parts for problem in check_request(part, profile))
        problems += [_problem(row, _column_of(problem), problem.message, problem.source) for problem in found]
        return asked, problems

    def _request(
        self,
        row: CsvRow,
        cells: Sequence[tuple[str, str]],
        own: Mapping[str, str],
        profile: ModelProfile,
        problems: list[Problem],
    ) -> GenerationRequest:
        media = [(role, self._placed(line)) for role, cell in cells if role_named(role) for line in _listed(cell)]
        images = [self._placed(line) for name, cell in cells if name == IMAGE for line in _listed(cell)]
        roles = [role for word, _ in media if (role := role_named(word))]
        mode = mode_for(profile, own[MODE].strip() if MODE in own else None, [*roles, *(Role.FIRST for _ in images)])
        named, refusals = named_media(images, media, mode, profile)
        problems += [_problem(row, refusal.field or IMAGE, refusal.say, refusal.address) for refusal in refusals]
        choices = [(name, cell.strip()) for name, cell in cells if name not in _OWN and not role_named(name)]
        options = read_options(choices, mode, profile)
        return GenerationRequest(profile.slug, own.get(PROMPT, ""), options, own.get(ROUTE, "").strip(), mode=mode, media=named)

    def _placed(self, source: str) -> str:
        """Return the source of a medium; a relative path starts at the table's folder."""
        if is_url(source) or source.startswith("~") or source.lower().startswith("file:") or Path(source).is_absolute():
            return source
        return str(self._folder / source)


def _name(column: str, fields: Collection[str]) -> str:
    """Return a column's name as it is known: fields as they are written, everything else in any case."""
    return column if column in fields else column.lower()


def _listed(cell: str) -> list[str]:
    """Return the media of a cell, one on each line."""
    return [line.strip() for line in cell.splitlines() if line.strip()]


def _takes(row: CsvRow, own: Mapping[str, str], problems: list[Problem]) -> int:
    text = own.get(COUNT, "1").strip()
    is_possible = text.isascii() and text.isdecimal() and len(text) <= _MOST_COUNT_DIGITS and 1 <= int(text) <= MAX_TAKES
    if not is_possible:
        problems.append(_problem(row, COUNT, f"{text!r} takes are not possible; choose 1 to {MAX_TAKES}."))
    return int(text) if is_possible else 1


def _project(row: CsvRow, own: Mapping[str, str], problems: list[Problem]) -> str | None:
    if PROJECT not in own:
        return None
    try:
        return check_name(own[PROJECT])
    except InvalidSetting as error:
        problems.append(_problem(row, PROJECT, error.title))
    return None


def _tags(row: CsvRow, own: Mapping[str, str], problems: list[Problem]) -> tuple[str, ...]:
    tags = list[str]()
    for name in own.get(TAGS, "").replace(";", ",").split(","):
        if name.strip():
            try:
                tags.append(check_tag(name))
            except InvalidSetting as error:
                problems.append(_problem(row, TAGS, error.title))
    return tuple(dict.fromkeys(tags))


def _problem(row: CsvRow, column: str, message: str, source: str = "") -> Problem:
    return Problem(f"row {row.number}, {column}", message, source)


def _column_of(problem: Problem) -> str:
    return {"images": IMAGE, "takes": COUNT}.get(problem.field, problem.field)
