"""`variations`: prints every text that a prompt stands for. Needs no database, no key and no data folder."""

import argparse
import io
import json
import sys
from collections.abc import Sequence

from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.prompt_text import prompt_of
from sora_studio.cli.report import say
from sora_studio.cli.streams import OutputFailed, flush_out, write_out
from sora_studio.domain.errors import UserError
from sora_studio.domain.writing.variations import Variations

MOST_PRINTED = 100_000
"""A few groups more than meant make billions of texts, which no reader wants."""
BETWEEN = "---"
_EPILOG = r"""
{dawn|dusk} stands for two texts, and groups may contain groups. The leftmost
group changes slowest. Write \{ \| \} \\ for the signs themselves. Braces without
a | between them are part of the text.

exit codes:
  0    every text was printed
  2    the prompt cannot be read, a brace has no partner, or there are more than
       100,000 texts: nothing was printed
  6    standard output cannot be written
  130  interrupted
"""


def main(argv: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    options = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a sign that cannot be encoded must not end the command
    try:
        _print(_read(options.file), as_json=options.json)
    except UserError as error:
        say(error.sentence)
        return ExitCode.INVALID
    except OutputFailed as error:
        say(error.title)
        return ExitCode.GAVE_UP
    except BrokenPipeError:  # the reader of our output has gone
        return ExitCode.INTERRUPTED
    return ExitCode.SAVED


def _read(file: str) -> Variations:
    found = Variations(prompt_of(file))
    if found.count > MOST_PRINTED:
        raise UserError(f"The prompt stands for {found.count_words} texts; at most {MOST_PRINTED:,} are printed.")
    return found


def _print(found: Variations, *, as_json: bool) -> None:
    for row in found.rows():
        if as_json:
            write_out(json.dumps(row.text))
        else:
            write_out(f"{BETWEEN}\n{row.text}" if row.number else row.text)
    flush_out()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sora-studio variations",
        description="Print every text that a prompt with {dawn|dusk} stands for, in order.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    parser.add_argument("file", metavar="FILE", help='the prompt as a text file; "-" reads it from standard input')
    parser.add_argument("--json", action="store_true", help="one JSON string per line, instead of texts between lines of ---")
    return parser
