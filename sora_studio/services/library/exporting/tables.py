"""CSV and JSON: a row for each clip or task, for spreadsheets and scripts."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator

from sora_studio.domain.clip import Clip
from sora_studio.domain.request import GenerationRequest, without_query
from sora_studio.domain.task import Task
from sora_studio.domain.task_facts import cost_kind, film_facts, history_facts, parent_facts, time_text
from sora_studio.logs import redacted
from sora_studio.services.library.exporting.new_file import NewFile
from sora_studio.services.library.exporting.selection import Row

MARK = "\ufeff"
"""Excel reads a CSV file without it in the local code page, which garbles every script but Latin; other readers skip it."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes a cell that begins like this, even if it came from elsewhere."""
COLUMNS = (
    *("id", "clip", "task_id", "state", "clip_state", "file", "prompt", "model", "mode", "route", "options", "media"),
    *("created_at", "completed_at", "stars", "verdict", "tags", "note", "project", "version", "stale", "cost_usd", "cost_kind"),
    *("duration_s", "width", "height", "size_bytes", "parent", "fail_code", "fail_message", "trashed_at"),
)


async def write_json(file: NewFile, pages: AsyncIterator[list[Row]]) -> int:
    """Write an array with the objects of `tasks --json`, one on each line; return how many."""
    count = 0
    async for page in pages:
        for row in page:
            facts = history_facts(row.task, project=row.project, is_stale=row.is_stale)
            facts["fail_message"] = row.task.fail_message and redacted(row.task.fail_message)
            await file.write(f"{',' if count else '['}\n{json.dumps(facts)}")
            count += 1
    await file.write("\n]\n" if count else "[]\n")
    return count


async def write_csv(file: NewFile, pages: AsyncIterator[list[Row]]) -> int:
    """Write a line for each clip, and for each task without one; return how many tasks."""
    count = 0
    await file.write(MARK + csv_lines([COLUMNS]))
    async for page in pages:
        await file.write(csv_lines(_cells(facts) for row in page for facts in clip_rows(row)))
        count += len(page)
    return count


def csv_lines(rows: "Iterator[tuple[str, ...]] | list[tuple[str, ...]]") -> str:
    """Return rows as CSV, safe in spreadsheets: a text that would be computed there gets an apostrophe in front."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(tuple(map(safe_cell, row)) for row in rows)
    return text.getvalue()


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; `plain_cell` undoes that."""
    return f"'{text}" if _is_formula(text) else text


def plain_cell(cell: str) -> str:
    """Return the text of a cell that `safe_cell` made."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)


def clip_rows(row: Row) -> Iterator[dict[str, object]]:
    """Yield the facts of each clip by column; those of a task without clips once.

    The cost is the task's, and stands in its first row only, so that a column of costs adds up.
    """
    for number, clip in enumerate(row.task.clips or (None,)):
        yield {**_task_cells(row, is_first=number == 0), **(_clip_cells(clip, row.task) if clip else {})}


def _task_cells(row: Row, *, is_first: bool) -> dict[str, object]:
    task, request = row.task, row.task.request
    parent = parent_facts(task.parent)
    return {
        "id": task.id,
        "task_id": task.task_id,
        "state": task.state.value,
        "prompt": request.prompt,
        "model": request.model,
        "mode": request.mode,
        "route": request.route,
        "options": "\n".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in request.options.items()),
        "media": "\n".join(media_words(request)),
        "created_at": time_text(task.created_at),
        "completed_at": time_text(task.completed_at),
        "stars": task.stars,
        "verdict": task.verdict,
        "tags": ", ".join(task.tags),
        "note": task.note,
        "project": row.project,
        "version": task.version,
        "stale": row.is_stale,
        "cost_usd": task.cost_usd if is_first else None,
        "cost_kind": cost_kind(task) if is_first else None,
        "parent": f"{parent['kind']} {parent['task']}" if parent else None,
        "fail_code": task.fail_code,
        "fail_message": task.fail_message and redacted(task.fail_message),
        "trashed_at": time_text(task.trashed_at),
    }


def _clip_cells(clip: Clip, task: Task) -> dict[str, object]:
    return {
        "clip": clip.index + 1,
        "clip_state": clip.state.value,
        "file": clip.path,
        "stars": clip.stars,
        "verdict": clip.verdict,
        "note": clip.note or task.note,
        "size_bytes": clip.size_bytes,
        "trashed_at": time_text(clip.trashed_at or task.trashed_at),
        **film_facts(clip.film),
    }


def media_words(request: GenerationRequest) -> list[str]:
    """Return `role=address` for each medium; links lose their query, which may be a signature."""
    return [f"{role.value}={without_query(medium.address)}" for role, media in request.media.items() for medium in media]


def _cells(facts: dict[str, object]) -> tuple[str, ...]:
    values = (facts.get(column) for column in COLUMNS)
    return tuple("" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values)
