"""The commands as values: what `arguments` makes of a command line."""

from dataclasses import dataclass
from pathlib import Path

from sora_studio.cli.writing_arguments import HintsCommand, VocabularyCommand
from sora_studio.domain.exports import ExportFormat
from sora_studio.domain.judgement import ClipRef, Verdict
from sora_studio.domain.task import TaskState

NOW = None
"""Stands for what is written now, where a version's number is expected."""


@dataclass(frozen=True, slots=True)
class WindowCommand:
    """No command: open the window."""

    demo: bool
    output: Path | None


@dataclass(frozen=True, slots=True)
class GenerateCommand:
    """`prompt` is `-` to read standard input; `choices` are pairs of field and text, as given.

    `callback` is None to follow the settings. `media` are pairs of role and path or address, as given. `dry_run`
    sends nothing.
    """

    prompt: str
    images: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    route: str
    model: str | None
    takes: int
    callback: bool | None
    fit: bool
    output: Path | None
    wait: bool
    again: bool
    json: bool
    demo: bool
    mode: str | None = None
    media: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """Follow all unfinished tasks."""

    json: bool
    demo: bool = False


@dataclass(frozen=True, slots=True)
class TasksCommand:
    """List what a query finds, newest first unless `sort` says otherwise."""

    state: TaskState | None
    search: str
    sort: str | None
    limit: int
    json: bool
    demo: bool = False


@dataclass(frozen=True, slots=True)
class JudgeCommand:
    """Decide about clips. `project` is a name, empty or "none" for no project, None to leave it."""

    clips: tuple[ClipRef, ...]
    stars: int | None
    verdict: Verdict | None
    clears: bool
    tags: tuple[str, ...]
    untags: tuple[str, ...]
    note: str | None
    project: str | None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class TrashCommand:
    """Move clips to the trash, take them back (`restores`), or empty it; `files`: with the clips' files."""

    clips: tuple[ClipRef, ...]
    restores: bool
    empty: bool
    files: bool
    json: bool
    demo: bool = False


@dataclass(frozen=True, slots=True)
class ExportCommand:
    """Write what a query finds into a new file."""

    format: ExportFormat
    search: str
    path: Path
    demo: bool = False


@dataclass(frozen=True, slots=True)
class ImportCommand:
    """Take in a bundle, a folder of clips, or a table of prompts. `as_tasks`: the prompts are sent, else they become drafts."""

    path: Path
    as_tasks: bool
    dry_run: bool
    json: bool
    demo: bool = False


@dataclass(frozen=True, slots=True)
class DraftsCommand:
    """`action` is `list`, `new`, `show`, `rename`, `trash`, `versions` or `diff`; `draft` is the number of the one it is about.

    `title` is a new name, `file` where a new text is read from. `versions` are the two to be compared, None for now.
    """

    action: str
    draft: int = 0
    title: str = ""
    file: str = ""
    versions: tuple[int | None, int | None] = (NOW, NOW)
    json: bool = False
    demo: bool = False


@dataclass(frozen=True, slots=True)
class KeyCommand:
    """`action` is `set`, `status` or `clear`."""

    action: str


@dataclass(frozen=True, slots=True)
class ModelsCommand:
    """`action` is `list`, `show` (of one slug) or `compare` (of several); `every` lists models that are gone, too."""

    action: str
    slugs: tuple[str, ...]
    every: bool
    json: bool


@dataclass(frozen=True, slots=True)
class CheckModelsCommand:
    """Compare the service's public index of models with the installed ones."""

    json: bool
    demo: bool = False


@dataclass(frozen=True, slots=True)
class CarryCommand:
    """Take a draft from one model to another. `choices` and `media` are pairs, as given."""

    source: str
    target: str
    mode: str | None
    choices: tuple[tuple[str, str], ...]
    media: tuple[tuple[str, str], ...]
    json: bool


@dataclass(frozen=True, slots=True)
class DoctorCommand:
    """Check everything that the program depends on, and change nothing."""

    json: bool
    demo: bool = False


Command = (
    WindowCommand
    | GenerateCommand
    | WatchCommand
    | TasksCommand
    | JudgeCommand
    | TrashCommand
    | DraftsCommand
    | ExportCommand
    | ImportCommand
    | KeyCommand
    | ModelsCommand
    | CheckModelsCommand
    | CarryCommand
    | DoctorCommand
    | HintsCommand
    | VocabularyCommand
)
