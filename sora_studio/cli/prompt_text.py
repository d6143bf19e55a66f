"""A command's prompt: from its argument, from standard input, or from a file."""

import codecs
import io
import sys
from pathlib import Path

from sora_studio.disk_calls import wait_for_disk
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.prompt import find_unsendable, is_mostly_nul, place_of, without_mark
from sora_studio.paths import NotAPath, local_path

STANDARD_INPUT = "-"
MAX_CHARS = 100_000
"""Ten times the longest prompt of any model."""
_MAX_BYTES = 4 * MAX_CHARS + 8
TOO_LONG = f"The prompt is longer than {MAX_CHARS:,} characters."
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is a prefix of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}


def prompt_from(argument: str) -> str:
    """Return the prompt; for `-`, standard input without trailing line ends. A leading byte order mark is removed.

    Raises `InvalidRequest` if it is not text or cannot be read.
    """
    encoding = sys.stdin.encoding if sys.stdin else sys.getfilesystemencoding()  # None if closed
    try:
        prompt = argument
        if argument == STANDARD_INPUT and sys.stdin:
            content = sys.stdin.buffer.read(_MAX_BYTES)
            if len(content) == _MAX_BYTES:  # a wrong file or an endless pipe
                raise _invalid(TOO_LONG)
            encoding = _encoding_of(content, encoding)
            prompt = _decoded(content, encoding, sys.stdin.errors).rstrip("\r\n")
        elif argument == STANDARD_INPUT:
            prompt = ""
        prompt.encode()  # fails for undecodable bytes, which are lone surrogates
    except UnicodeError:
        raise InvalidRequest([Problem("prompt", f"The prompt is not {encoding.upper()} text.")]) from None
    except OSError as error:  # e.g. opened for writing only
        raise InvalidRequest([Problem("prompt", f"Standard input cannot be read: {error.strerror or error}.")]) from error
    return without_mark(prompt)


def prompt_of(source: str) -> str:
    """Return the prompt in a file, or from standard input for `-`, as `prompt_from` does, with line ends as LF.

    Raises `InvalidRequest` for what is no file, is no text, or is far longer than a prompt.
    """
    prompt = prompt_from(source) if source == STANDARD_INPUT else _file_text(source)
    if len(prompt) > MAX_CHARS:
        raise _invalid(TOO_LONG)
    if is_mostly_nul(prompt):
        raise _invalid("The prompt looks like UTF-16 without its mark; save it as UTF-8.")
    if (index := find_unsendable(prompt)) is not None:
        raise _invalid(f"{place_of(prompt, index)} is a control character: this is not a text file.")
    return prompt


def _file_text(source: str) -> str:
    try:
        path = local_path(source)
        content = wait_for_disk(path.parent, lambda: _read(path))
    except NotAPath as error:
        raise _invalid(str(error)) from None
    except IsADirectoryError:
        raise _invalid(f"{source} is a folder.") from None
    except OSError as error:
        raise _invalid(f"{source} cannot be read: {error.strerror or error}.") from None
    encoding = _encoding_of(content, "utf-8")
    try:
        text = _decoded(content, encoding, "strict")
    except UnicodeError:
        if len(content) >= _MAX_BYTES:  # which may have cut a character
            raise _invalid(TOO_LONG) from None
        raise _invalid(f"{source} is not {encoding.upper()} text.") from None
    return without_mark(text.rstrip("\n"))


def _read(path: Path) -> bytes:
    if path.is_dir():  # Windows says "permission denied" when one is opened
        raise IsADirectoryError
    with path.open("rb") as file:
        return file.read(_MAX_BYTES)


def _encoding_of(content: bytes, otherwise: str) -> str:
    return next((named for mark, named in _MARKS.items() if content.startswith(mark)), otherwise)


def _decoded(content: bytes, encoding: str, errors: str | None) -> str:
    return io.TextIOWrapper(io.BytesIO(content), encoding, errors).read()


def _invalid(message: str) -> InvalidRequest:
    return InvalidRequest([Problem("prompt", message)])
