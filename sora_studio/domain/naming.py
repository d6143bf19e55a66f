"""File names for saved clips: built from a template, with only characters that are safe on every system.

The rules are the strictest of Windows, macOS and Linux: no separators, control or reserved characters, no reserved device
name, no leading or trailing dot, space or hyphen, and at most 120 bytes so that a path with folders stays well under 255.
"""

import re
import unicodedata
from datetime import datetime

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.prompt import slug

DEFAULT_TEMPLATE = "{date} {slug} {id}"
MAX_NAME_BYTES = 120
MAX_TEMPLATE_BYTES = 40
"""Further fields that a template may use."""

_FIELDS = re.compile(r"\{([a-z]*)\}")
_KNOWN_FIELDS = frozenset({"date", "time", "slug", "id", "model", "take"})
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNSAFE_CHARACTERS = frozenset('<>:"/\\|?*')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?")


def check_template(template: str) -> str:
    """Return the template itself; raises `InvalidSetting` when it cannot make distinct, safe names."""
    if unknown := sorted(set(_FIELDS.findall(template)) - _KNOWN_FIELDS):
        known = ", ".join(f"{{{name}}}" for name in sorted(_KNOWN_FIELDS))
        raise InvalidSetting(f"File names have no field {{{unknown[0]}}}.", advice=f"The fields are {known}.")
    if "{id}" not in template:
        raise InvalidSetting("A file name needs {id}, so that two clips never share one.")
    if len(_FIELDS.sub("", template).encode(errors="replace")) > MAX_TEMPLATE_BYTES:
        raise InvalidSetting(
            "This is too long for a file name.", advice=f"Keep to {MAX_TEMPLATE_BYTES} characters besides the fields."
        )
    return template


def clip_stem(template: str, *, local_time: datetime, prompt: str, task: int, take: int, model: str, index: int = 0) -> str:
    """Return the file name without extension. `local_time` is the task's creation; further clips end in `-2`, `-3`."""
    fields = {
        "date": f"{local_time:%Y-%m-%d}",
        "time": f"{local_time:%H%M%S}",
        "slug": slug(prompt),
        "id": str(task),
        "model": model,
        "take": str(take),
    }
    stem = _FIELDS.sub(lambda match: fields.get(match[1], ""), template)
    ending = f"-{index + 1}" if index else ""
    # The id keeps names apart, so a name that is too long loses the words first, then the rest, and the id last.
    limit = MAX_NAME_BYTES - len(ending)
    while len(safe_name(stem, limit=8 * MAX_NAME_BYTES).encode()) > limit and fields["slug"]:
        fields["slug"] = fields["slug"][:-1].rstrip("-")
        stem = _FIELDS.sub(lambda match: fields.get(match[1], ""), template)
    if len(safe_name(stem, limit=8 * MAX_NAME_BYTES).encode()) > limit:
        ending = f" {task}{ending}"
    return safe_name(stem, limit=MAX_NAME_BYTES - len(ending)) + ending


def safe_name(text: str, *, limit: int = MAX_NAME_BYTES) -> str:
    """Return `text` as one safe file name of at most `limit` UTF-8 bytes; `clip` when nothing is left of it."""
    text = unicodedata.normalize("NFC", text)
    kept = "".join("-" if _is_unsafe(character) else character for character in text)
    name = re.sub(r"\s+", " ", kept).strip(" .-")
    name = _cut(f"clip {name}" if _RESERVED.fullmatch(name) else name, limit)
    # Truncating a long name can produce a reserved one again.
    return _cut(f"clip {name}", limit) if _RESERVED.fullmatch(name) else name or "clip"


def _cut(name: str, limit: int) -> str:
    return name.encode()[:limit].decode(errors="ignore").rstrip(" .-")


def _is_unsafe(character: str) -> bool:
    return character in _UNSAFE_CHARACTERS or unicodedata.category(character) in _UNSAFE_CATEGORIES
