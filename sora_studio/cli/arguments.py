"""Parses the command line into one value per command."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sora_studio import __version__
from sora_studio.cli.commands import (
    CarryCommand,
    CheckModelsCommand,
    Command,
    DoctorCommand,
    ExportCommand,
    GenerateCommand,
    ImportCommand,
    JudgeCommand,
    KeyCommand,
    ModelsCommand,
    TasksCommand,
    TrashCommand,
    WatchCommand,
    WindowCommand,
)
from sora_studio.cli.drafts_arguments import build_drafts, read_drafts
from sora_studio.cli.exit_codes import EPILOG
from sora_studio.cli.writing_arguments import (
    build_hints,
    build_vocabulary,
    read_hints,
    read_vocabulary,
)
from sora_studio.disk_calls import wait_for_disk
from sora_studio.domain.exports import ExportFormat
from sora_studio.domain.judgement import MOST_STARS, ClipRef, Verdict
from sora_studio.domain.task import TaskState
from sora_studio.paths import NotAPath, local_path

_TAKING = {
    "demo": (None, "generate", "watch", "tasks", "judge", "trash", "drafts", "export", "import", "models check", "doctor"),
    "output": (None, "generate"),
}
"""The commands that accept an option given before the command; others reject it instead of ignoring it."""
_MOST_DIGITS = 9
_SORTS = ("newest", "oldest", "stars", "cost", "duration")
_CLIPS = "a task's number; where a task has several clips it means all of them, and 12.2 the second of task 12"


def parse(argv: Sequence[str]) -> Command:
    """Parse the arguments. Raises `SystemExit` with code 2 for invalid ones, and with 0 after `--help` and `--version`."""
    parser = _parser()
    found = parser.parse_args(argv)
    checks = found.command == "models" and found.action == "check"
    name = "models check" if checks else found.command
    for option, commands in _TAKING.items():
        if getattr(found, option) and name not in commands:
            parser.error(f"--{option} does not apply to {name}")
    read = _READERS.get(found.command)
    return read(found) if read else WindowCommand(demo=found.demo, output=found.output)


def _generate(found: argparse.Namespace) -> GenerateCommand:
    return GenerateCommand(
        prompt=found.prompt,
        images=tuple(found.image),
        choices=tuple(found.set),
        route=found.route,
        model=found.model,
        takes=found.count,
        callback=found.callback,
        fit=found.fit,
        output=found.output,
        wait=not found.no_wait,
        again=found.again,
        json=found.json,
        demo=found.demo,
        mode=found.mode,
        media=tuple(found.media),
        dry_run=found.dry_run,
    )


def _models(found: argparse.Namespace) -> ModelsCommand | CheckModelsCommand:
    if found.action == "check":
        return CheckModelsCommand(found.json, found.demo)
    return ModelsCommand(found.action or "list", (*found.slugs, *found.more), found.all, found.json)


def _carry(found: argparse.Namespace) -> CarryCommand:
    return CarryCommand(found.source, found.target, found.mode, tuple(found.set), tuple(found.media), found.json)


def _watch(found: argparse.Namespace) -> WatchCommand:
    return WatchCommand(json=found.json, demo=found.demo)


def _tasks(found: argparse.Namespace) -> TasksCommand:
    return TasksCommand(
        state=found.state, search=found.search, sort=found.sort, limit=found.limit, json=found.json, demo=found.demo
    )


def _judge(found: argparse.Namespace) -> JudgeCommand:
    return JudgeCommand(
        clips=tuple(found.clips),
        stars=found.stars,
        verdict=found.verdict,
        clears=found.clears,
        tags=tuple(found.tag),
        untags=tuple(found.untag),
        note=found.note,
        project=found.project,
        demo=found.demo,
    )


def _trash(found: argparse.Namespace) -> TrashCommand:
    return TrashCommand(
        clips=(*found.clips, *(found.restore or ())),
        restores=found.restore is not None,
        empty=found.empty,
        files=found.files,
        json=found.json,
        demo=found.demo,
    )


def _export(found: argparse.Namespace) -> ExportCommand:
    return ExportCommand(format=found.format, search=found.search, path=found.path, demo=found.demo)


def _import(found: argparse.Namespace) -> ImportCommand:
    as_tasks = found.kind == "tasks"
    return ImportCommand(path=found.path, as_tasks=as_tasks, dry_run=found.dry_run, json=found.json, demo=found.demo)


def _key(found: argparse.Namespace) -> KeyCommand:
    return KeyCommand(action=found.action)


def _doctor(found: argparse.Namespace) -> DoctorCommand:
    return DoctorCommand(json=found.json, demo=found.demo)


_READERS: dict[str, Callable[[argparse.Namespace], Command]] = {
    "generate": _generate,
    "watch": _watch,
    "tasks": _tasks,
    "judge": _judge,
    "trash": _trash,
    "drafts": read_drafts,
    "export": _export,
    "import": _import,
    "models": _models,
    "carry": _carry,
    "key": _key,
    "doctor": _doctor,
    "hints": read_hints,
    "vocabulary": read_vocabulary,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sora-studio",
        description="Write prompts, turn them into clips, keep what comes back. Without a command: the window.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _add_place(parser, default=None)
    _add_demo(parser, default=False)
    commands = parser.add_subparsers(dest="command", metavar="command")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=summary[:1].upper() + summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=EPILOG,
        )

    _build_generate(command("generate", "make clips from a prompt, follow them and save them"))
    _build_watch(command("watch", "follow every unfinished task to its end and save its clips"))
    _build_tasks(command("tasks", "list tasks, newest first"))
    _build_judge(command("judge", "rate, keep or reject clips, tag them, and put them into a project"))
    _build_trash(command("trash", "move tasks to the trash, take them back, or empty it"))
    drafts = command("drafts", "list drafts, make, show, name or trash one, and list and compare its versions")
    build_drafts(drafts, partial(_add_demo, default=argparse.SUPPRESS))
    _add_demo(drafts, default=argparse.SUPPRESS)
    _build_export(command("export", "write tasks into a new file: a table, a contact sheet, a bundle, or evidence for support"))
    _build_import(command("import", "take in a bundle, a folder of clips, or a table of prompts"))
    _build_models(command("models", "list the models, show one, compare several, or check for new ones"))
    _build_carry(command("carry", "show what becomes of options and media when a draft changes its model"))
    build_hints(command("hints", "say what could be better in a prompt, without sending it"))
    build_vocabulary(command("vocabulary", "list the terms of film that the program knows"))
    _build_key(command("key", "manage the API key in the system's key store"))
    _build_doctor(command("doctor", "check database, files, folders, key, disk, connection and relay, and change nothing"))
    commands.add_parser("variations", help="print every text that a prompt with {dawn|dusk} stands for", add_help=False)
    commands.add_parser("simulate", help="run the service simulator on its own", add_help=False)
    commands.add_parser("relay", help="serve pictures and receive callbacks on a host of your own", add_help=False)
    return parser


def _build_generate(generate: argparse.ArgumentParser) -> None:
    generate.add_argument("prompt", metavar="PROMPT", help='what the clip shows; "-" reads it from standard input')
    generate.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="PATH|URL",
        help="a picture to animate; repeat the option to add tasks",
    )
    _add_draft(generate, media="ROLE=PATH|URL")
    generate.add_argument("--dry-run", action="store_true", help="send nothing; print what would be sent, or why it would not")
    generate.add_argument("--fit", action="store_true", help="if a file cannot be sent as it is, send a converted copy")
    generate.add_argument("--route", default="", metavar="R", help='one of the model\'s routes ("models show" lists them)')
    generate.add_argument("--model", metavar="SLUG", help="the model (default: from the settings)")
    generate.add_argument("--count", type=int, default=1, metavar="N", help="takes of the same request, 1 to 10")
    generate.add_argument(
        "--callback",
        action=argparse.BooleanOptionalAction,
        help="whether the service reports the end to the relay (default: from the settings)",
    )
    _add_place(generate, default=argparse.SUPPRESS)
    generate.add_argument(
        "--no-wait",
        action="store_true",
        help="exit once the service has accepted everything (and is done with pictures that this command serves itself)",
    )
    generate.add_argument(
        "--again", action="store_true", help="send it although an equal request was sent within the last minute"
    )
    _add_json(generate)
    _add_demo(generate, default=argparse.SUPPRESS)


def _build_watch(watch: argparse.ArgumentParser) -> None:
    _add_json(watch)
    _add_demo(watch, default=argparse.SUPPRESS)


def _build_tasks(tasks: argparse.ArgumentParser) -> None:
    states = ", ".join(state.value for state in TaskState)
    tasks.add_argument("--state", type=_state, metavar="STATE", help=f"only those in this state: {states}")
    tasks.add_argument(
        "--search",
        default="",
        metavar="QUERY",
        help="""only what this finds: words (their beginnings are enough), "phrases", -without, a OR b, and filters such as
        stars:>=3, kept, model:sora, project:Rain, tag:wet, before:2026-11, fail:, cost:>0.5, dur:15, shape:portrait; in:trash
        and in:hidden widen it""",
    )
    tasks.add_argument("--sort", choices=_SORTS, help="the order (default: newest)")
    tasks.add_argument("--limit", type=_count, default=50, metavar="N", help="at most this many (default: 50)")
    _add_json(tasks)
    _add_demo(tasks, default=argparse.SUPPRESS)


def _build_judge(judge: argparse.ArgumentParser) -> None:
    judge.add_argument("clips", nargs="+", type=_clip, metavar="ID", help=_CLIPS)
    judge.add_argument("--stars", type=_stars, metavar="N", help="0 to 5")
    verdict = judge.add_mutually_exclusive_group()
    verdict.add_argument("--keep", dest="verdict", action="store_const", const=Verdict.KEPT, help="keep them")
    verdict.add_argument("--reject", dest="verdict", action="store_const", const=Verdict.REJECTED, help="reject them")
    verdict.add_argument("--clear", dest="clears", action="store_true", help="neither kept nor rejected")
    judge.add_argument("--tag", action="append", default=[], metavar="T", help="add a tag; repeat the option for more")
    judge.add_argument("--untag", action="append", default=[], metavar="T", help="take a tag away")
    judge.add_argument("--note", metavar="TEXT", help="a note; an empty one removes it")
    judge.add_argument("--project", metavar="NAME", help='the project they belong to, made if it is new; "none" for no project')
    _add_demo(judge, default=argparse.SUPPRESS)


def _build_trash(trash: argparse.ArgumentParser) -> None:
    what = trash.add_mutually_exclusive_group(required=True)
    what.add_argument("clips", nargs="*", type=_clip, default=(), metavar="ID", help=_CLIPS)
    what.add_argument("--restore", nargs="+", type=_clip, metavar="ID", help="take these out of the trash, or out of hiding")
    what.add_argument("--empty", action="store_true", help="remove what is in the trash for good")
    trash.add_argument("--files", action="store_true", help="with --empty: move the clips' files to the system's trash")
    trash.add_argument("--json", action="store_true", help="one JSON object")
    _add_demo(trash, default=argparse.SUPPRESS)


def _build_export(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "--format",
        required=True,
        type=_format,
        metavar="|".join(ExportFormat),
        help="csv and json: tables; html: a contact sheet; bundle: a zip file that another copy imports; evidence: for support",
    )
    export.add_argument(
        "--search",
        default="",
        metavar="QUERY",
        help="what the search box takes (default: all that is not in the trash or hidden)",
    )
    export.add_argument("path", type=_file, metavar="PATH", help="the file to make; one that exists is never replaced")
    _add_demo(export, default=argparse.SUPPRESS)


def _build_import(imports: argparse.ArgumentParser) -> None:
    imports.add_argument("path", type=_file, metavar="PATH", help="a bundle, a folder of clips, or a CSV table of prompts")
    imports.add_argument(
        "--as",
        dest="kind",
        choices=("drafts", "tasks"),
        default="drafts",
        help="what the prompts of a table become: drafts, or paid tasks that are sent and followed (default: drafts)",
    )
    imports.add_argument(
        "--dry-run", action="store_true", help="change nothing; print what would be imported, and what it costs"
    )
    imports.add_argument("--json", action="store_true", help="one JSON object per line")
    _add_demo(imports, default=argparse.SUPPRESS)


def _build_models(models: argparse.ArgumentParser) -> None:
    models.add_argument("--all", action="store_true", help="also those that the service no longer offers")
    _add_model_json(models, default=False)
    models.set_defaults(slugs=(), more=())
    actions = models.add_subparsers(dest="action", metavar="[show | compare | check]")
    show = actions.add_parser("show", help="everything about one model")
    show.add_argument("slugs", nargs=1, metavar="SLUG", help="the model")
    compare = actions.add_parser("compare", help="put models side by side")
    compare.add_argument("slugs", nargs=2, metavar="SLUG", help="two models")
    compare.add_argument("more", nargs="*", metavar="SLUG", help="and others")
    check = actions.add_parser("check", help="ask the service which models are new, changed or gone, and propose profiles")
    _add_demo(check, default=argparse.SUPPRESS)
    for action in (show, compare, check):
        _add_model_json(action, default=argparse.SUPPRESS)


def _build_carry(carry: argparse.ArgumentParser) -> None:
    carry.add_argument("--from", dest="source", required=True, metavar="SLUG", help="the model that the draft was written for")
    carry.add_argument("--to", dest="target", required=True, metavar="SLUG", help="the model that it changes to")
    _add_draft(carry, media="ROLE=NAME")
    carry.add_argument("--json", action="store_true", help="one JSON object")


def _add_draft(parser: argparse.ArgumentParser, *, media: str) -> None:
    parser.add_argument("--mode", metavar="ID", help="a mode of the model (default: its first, or its first for a picture)")
    parser.add_argument(
        "--set", action="append", default=[], type=_choice, metavar="FIELD=VALUE", help="an option of the model: duration=15"
    )
    parser.add_argument(
        "--media",
        action="append",
        default=[],
        type=_medium,
        metavar=media,
        help="a file for one of the roles first, last, reference, mask, character, video, audio and lora",
    )


def _add_model_json(parser: argparse.ArgumentParser, *, default: object) -> None:
    parser.add_argument("--json", action="store_true", default=default, help="one JSON object per line")


def _build_key(key: argparse.ArgumentParser) -> None:
    actions = key.add_subparsers(dest="action", required=True, metavar="set|status|clear")
    actions.add_parser("set", help="read the key from standard input and store it")
    actions.add_parser("status", help="print whether there is a key and where, never the key itself")
    actions.add_parser("clear", help="delete the key from the key store")


def _build_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help="one JSON object")
    _add_demo(doctor, default=argparse.SUPPRESS)


def _add_place(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    parser.add_argument(
        "--output",
        type=_folder,
        default=default,
        metavar="DIR",
        help="the folder for clips (default: from the settings)",
    )


def _add_demo(parser: argparse.ArgumentParser, *, default: object) -> None:
    parser.add_argument("--demo", action="store_true", default=default, help="use the built-in simulator: no key, no cost")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line, on every change and at the end")


def _folder(text: str) -> Path:
    if not text.strip():  # e.g. an unset shell variable, which would mean the current folder
        raise argparse.ArgumentTypeError("it names no folder")
    try:
        path = local_path(text)
    except NotAPath as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    try:
        usable = wait_for_disk(path, lambda: path.is_dir() or not path.exists())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} cannot be used: {error.strerror}") from None
    if not usable:
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _file(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("it names no file")
    try:
        return local_path(text)
    except NotAPath as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _format(text: str) -> ExportFormat:
    try:
        return ExportFormat(text.strip().lower())
    except ValueError:
        formats = ", ".join(ExportFormat)
        raise argparse.ArgumentTypeError(f"{text!r} is not a format; choose from {formats}") from None


def _choice(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not sign or not field.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form FIELD=VALUE")
    return field.strip(), value.strip()


def _medium(text: str) -> tuple[str, str]:
    role, _, source = text.partition("=")
    if not role.strip() or not source.strip():
        raise argparse.ArgumentTypeError(f"{text!r} does not name a role and a file, as in first=harbour.png")
    return role.strip(), source


def _state(text: str) -> TaskState:
    try:
        return TaskState(text.strip().lower())
    except ValueError:
        states = ", ".join(state.value for state in TaskState)
        raise argparse.ArgumentTypeError(f"{text!r} is not a state; choose from {states}") from None


def _clip(text: str) -> ClipRef:
    task, point, clip = text.strip().removeprefix("#").partition(".")
    parts = (task, clip) if point else (task,)
    if not all(part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a task's number, such as 12, or 12.2 for its second clip")
    return ClipRef(int(task), int(clip) - 1 if point else None)


def _stars(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:3]) <= MOST_STARS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of stars from 0 to {MOST_STARS}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > _MOST_DIGITS or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {10**_MOST_DIGITS - 1}")
    return int(text)
