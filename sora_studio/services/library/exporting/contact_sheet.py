"""The contact sheet: one HTML file with posters, prompts and facts that opens offline and loads nothing.

Every text from outside is escaped, and a policy in the page forbids scripts and connections, whatever a prompt contains.
"""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from html import escape
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import Clip
from sora_studio.domain.errors import StudioError
from sora_studio.domain.failures import explain
from sora_studio.domain.models.values import shown
from sora_studio.domain.money import dollars
from sora_studio.domain.prompt import first_line
from sora_studio.domain.task import Phase, Task
from sora_studio.paths import resources_dir
from sora_studio.services.library.exporting.new_file import NewFile
from sora_studio.services.library.exporting.selection import Row
from sora_studio.services.library.exporting.tables import media_words

Shrink = Callable[[Path], Awaitable[bytes]]
"""Returns a picture as a small JPEG. Raises `StudioError` if it cannot be read."""
_LONG_CHARS = 260
"""A longer prompt begins closed, with its first words."""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_WRITTEN = ("Project",)
"""Facts in the person's own words, which may be written from right to left."""
_STATES: dict[Phase, str] = {
    Phase.WAITING: "Waiting to be sent",
    Phase.SENDING: "Being sent",
    Phase.UNKNOWN: "Unclear whether it was sent",
    Phase.PENDING: "Accepted by the service",
    Phase.PROCESSING: "The service works on it",
    Phase.DOWNLOADING: "Downloading",
    Phase.UNSAVED: "To be saved",
    Phase.READY: "No poster",
    Phase.EXPIRED: "Expired before it was saved",
    Phase.MISSING: "The file is missing",
    Phase.LOST: "Not known to the service",
    Phase.CANCELLED: "Cancelled",
}


async def write_sheet(
    file: NewFile, pages: AsyncIterator[list[Row]], *, tasks: int, made_at: datetime, shrink: Shrink, title: str
) -> int:
    """Write the sheet; return how many tasks it shows. A poster that cannot be read is left out."""
    style = await on_disk(resources_dir(), (resources_dir() / "templates" / "contact-sheet.css").read_text)
    count = 0
    await file.write(_head(title, tasks, made_at, style))
    async for page in pages:
        for row in page:
            for clip in row.task.clips or (None,):
                await file.write(_card(row, clip, await _poster(clip, shrink)))
            count += 1
    await file.write("</main>\n" if count else '</main>\n<p class="none">Nothing was found.</p>\n')
    await file.write("</body>\n</html>\n")
    return count


def _head(title: str, tasks: int, made_at: datetime, style: str) -> str:
    count = f"{tasks:,} task" + "s" * (tasks != 1)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{_text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header><h1 dir="auto">{_text(title)}</h1><p>{count} · {_day(made_at)}</p></header>\n<main>\n'
    )


async def _poster(clip: Clip | None, shrink: Shrink) -> str:
    """Return the poster as the content of a link; empty if there is none."""
    if clip is None or clip.poster is None:
        return ""
    try:
        return f"data:image/jpeg;base64,{base64.b64encode(await shrink(clip.poster)).decode()}"
    except (StudioError, OSError):
        return ""


def _card(row: Row, clip: Clip | None, poster: str) -> str:
    task = row.task
    parts = [
        "<article>",
        _figure(task, clip, poster),
        '<div class="body">',
        _title(task, clip),
        _prompt(task.request.prompt),
        _note(clip.note if clip and clip.note else task.note),
        _tags(task),
        _facts(row, clip),
        "</div></article>\n",
    ]
    return "".join(parts)


def _figure(task: Task, clip: Clip | None, poster: str) -> str:
    if not poster:
        return f"<figure><p>{_text(_state(task))}</p></figure>"
    alternative = escape(_cleaned(first_line(task.request.prompt, 120)), quote=True)
    length = f"<span>{clip.film.duration_s:.1f} s</span>" if clip and clip.film else ""
    return f'<figure><img src="{poster}" alt="{alternative}">{length}</figure>'


def _state(task: Task) -> str:
    if task.phase is Phase.FAILED:
        return explain(task.fail_code, task.fail_message, model=task.request.model).title
    return _STATES[task.phase]


def _title(task: Task, clip: Clip | None) -> str:
    number = f"{task.id}.{clip.index + 1}" if clip and len(task.clips) > 1 else str(task.id)
    stars, verdict = (clip.stars, clip.verdict) if clip else (task.stars, task.verdict)
    words = [f"<b>{number}</b>", f"<span>{_day(task.created_at)}</span>"]
    if stars:
        words.append(f'<span class="stars" role="img" aria-label="{stars} of 5 stars">{"★" * stars}{"☆" * (5 - stars)}</span>')
    if verdict:
        words.append(f'<span class="{verdict}">{verdict.capitalize()}</span>')
    return f'<div class="head">{"".join(words)}</div>'


def _prompt(prompt: str) -> str:
    if len(prompt) <= _LONG_CHARS:
        return f'<p class="prompt" dir="auto">{_text(prompt)}</p>'
    begin = " ".join(prompt[:_LONG_CHARS].rsplit(maxsplit=1)[:1])  # none of it, where it begins with as much space
    return f'<details class="prompt" dir="auto"><summary>{_text(begin)}</summary>{_text(prompt)}</details>'


def _note(note: str) -> str:
    return f'<p class="note" dir="auto">{_text(note)}</p>' if note else ""


def _tags(task: Task) -> str:
    tags = "".join(f'<li dir="auto">{_text(tag)}</li>' for tag in task.tags)
    return f'<ul class="tags">{tags}</ul>' if tags else ""


def _facts(row: Row, clip: Clip | None) -> str:
    task, request = row.task, row.task.request
    film = clip.film if clip else None
    options = " · ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in request.options.items())
    cost = task.cost_usd
    facts = {
        "Model": request.model,
        "Options": options,
        "Media": "\n".join(media_words(request)),
        "Size": f"{film.width} × {film.height}" if film else "",
        "Cost": "" if cost is None else dollars(cost) + ("" if task.measured_usd is not None else " (estimated)"),
        "Project": row.project or "",
        "File": clip.path.name if clip and clip.path else "",
        "Service id": task.task_id or "",
    }
    lines = "".join(
        f'<dt>{name}</dt><dd dir="{"auto" if name in _WRITTEN else "ltr"}">{_text(value)}</dd>'
        for name, value in facts.items()
        if value
    )
    return f"<dl>{lines}</dl>"


def _day(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y, %H:%M}"


def _text(text: str) -> str:
    return escape(_cleaned(text))


def _cleaned(text: str) -> str:
    """Return the text without control characters, which HTML does not allow even as references."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" or ord(letter) > 0x9F else "\ufffd" for letter in text)
