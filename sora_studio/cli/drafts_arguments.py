"""Parses `drafts` and what follows it."""

import argparse
from collections.abc import Callable

from sora_studio.cli.commands import NOW, DraftsCommand

_MOST_DIGITS = 15


def build_drafts(drafts: argparse.ArgumentParser, add_demo: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the arguments; `add_demo` adds the option that all commands share."""
    _add_json(drafts, "one JSON object per line", default=False)
    actions = drafts.add_subparsers(dest="action", metavar="[new | show | rename | trash | versions | diff]")

    def action(name: str, words: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        add_demo(parser)
        return parser

    new = action("new", "make a draft from a text, and print its number")
    new.add_argument("--title", default="", metavar="T", help="its name (default: its first line)")
    new.add_argument("file", metavar="FILE|-", help='a text file; "-" reads standard input')
    _add_draft(action("show", "print the text of a draft"))
    rename = action("rename", "give a draft another name")
    _add_draft(rename)
    rename.add_argument("title", metavar="TITLE", help="the name; an empty one lets the first line be the title again")
    _add_draft(action("trash", "put a draft into the trash"))
    versions = action("versions", "list the versions of a draft, newest first")
    _add_draft(versions)
    _add_json(versions, "one JSON object per line", default=argparse.SUPPRESS)
    diff = action("diff", "show what changed from one version of a draft to another")
    _add_draft(diff)
    for name in ("before", "after"):
        diff.add_argument(name, type=_version, metavar="A" if name == "before" else "B", help='a version\'s number, or "now"')
    _add_json(diff, "one JSON object", default=argparse.SUPPRESS)


def read_drafts(found: argparse.Namespace) -> DraftsCommand:
    """Return the command."""
    return DraftsCommand(
        action=found.action or "list",
        draft=getattr(found, "draft", 0),
        title=getattr(found, "title", ""),
        file=getattr(found, "file", ""),
        versions=(getattr(found, "before", NOW), getattr(found, "after", NOW)),
        json=found.json,
        demo=found.demo,
    )


def _add_draft(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("draft", type=_number, metavar="ID", help='a draft\'s number, as "drafts" lists it')


def _add_json(parser: argparse.ArgumentParser, words: str, *, default: object) -> None:
    parser.add_argument("--json", action="store_true", default=default, help=words)


def _number(text: str) -> int:
    number = text.strip().removeprefix("#")
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return int(number)


def _version(text: str) -> int | None:
    if text.strip().casefold() == "now":
        return NOW
    try:
        return _number(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f'{text!r} is not a version\'s number, nor "now"') from None
