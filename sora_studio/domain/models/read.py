"""Reads model profiles. Strict: anything unknown, missing or senseless is rejected with its line and a plain reason."""

import hashlib
import re
import tomllib

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.schema_1 import read_schema_1
from sora_studio.domain.models.schema_2 import read_schema_2
from sora_studio.domain.models.toml_lines import Toml, key_lines, line_of
from sora_studio.domain.models.toml_table import Table

MAX_PROFILE_CHARS = 100_000
"""Far beyond any model; keeps a wrong file in the folder from stalling the start."""

MAX_NESTING = 20
"""Far deeper than any profile; dotted keys nest without limit."""

_READERS = {1: read_schema_1, 2: read_schema_2}
_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read(text: str, source: str) -> ModelProfile:
    """Return the profile that `text` describes; raises `ProfileError`, which names `source`, for anything else."""
    if len(text) > MAX_PROFILE_CHARS:
        raise ProfileError(source, 0, f"It is longer than {MAX_PROFILE_CHARS:,} characters and cannot be a profile.")
    try:
        content: dict[str, Toml] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, source, str(error)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, endlessly nested brackets
        raise ProfileError(source, 0, "It cannot be read as TOML.") from None
    if _is_nested_beyond(content, MAX_NESTING):
        raise ProfileError(source, 0, f"Its tables are nested more than {MAX_NESTING} deep.")
    root = Table(content, text, source)
    schema = root.integer("schema", at_least=0)
    if schema not in _READERS:
        raise root.error("schema", f"This program reads the schemas 1 and 2; the file has schema {schema}.")
    return _READERS[schema](root, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def read_file(text: str, name: str) -> ModelProfile:
    """Return the profile of a file with that name; also refuses a name that is not the slug's. Raises `ProfileError`."""
    profile = read(text, name)
    if name != f"{profile.slug}.toml":  # so that no two files define the same model
        line = line_of(("slug",), key_lines(text))
        raise ProfileError(name, line, f"Its slug is {profile.slug!r}, so its name must be {profile.slug}.toml.")
    return profile


def _is_nested_beyond(content: Toml, depth: int) -> bool:
    """Return whether lists and tables are nested deeper. One level after another: recursion has a limit of its own."""
    level = [content]
    for _ in range(depth):
        level = [inner for outer in level for inner in _items(outer)]
    return any(isinstance(inner, list | dict) for inner in level)


def _items(value: Toml) -> list[Toml]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _syntax_error(text: str, source: str, message: str) -> ProfileError:
    place = _SYNTAX_LINE.search(message)
    if place is None:
        return ProfileError(source, 0, f"{message}.")
    line = int(place[1]) if place[1] else text.removesuffix("\n").count("\n") + 1
    return ProfileError(source, line, f"{message[: place.start()]}.")
