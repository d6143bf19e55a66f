"""Reads model profiles. Strict: anything unknown, missing or senseless is rejected with its line and a plain reason."""

import hashlib

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.schema_1 import read_schema_1
from sora_studio.domain.models.schema_2 import read_schema_2
from sora_studio.domain.models.toml_file import parse_toml
from sora_studio.domain.models.toml_lines import key_lines, line_of

MAX_PROFILE_CHARS = 100_000
"""Far beyond any model; keeps a wrong file in the folder from stalling the start."""

_READERS = {1: read_schema_1, 2: read_schema_2}


def read(text: str, source: str) -> ModelProfile:
    """Return the profile that `text` describes; raises `ProfileError`, which names `source`, for anything else."""
    if len(text) > MAX_PROFILE_CHARS:
        raise ProfileError(source, 0, f"It is longer than {MAX_PROFILE_CHARS:,} characters and cannot be a profile.")
    root = parse_toml(text, source)
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
