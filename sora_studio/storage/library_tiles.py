"""The library's tiles in SQLite: what a page of the grid shows, in one query for all of it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sora_studio.domain.decision import JudgedClip
from sora_studio.domain.judgement import ClipRef, Verdict
from sora_studio.domain.library import TileFacts
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.prompt import first_line
from sora_studio.storage.database import Database
from sora_studio.storage.rows import path_or_none, text_from_sql

_IDS = "(SELECT value FROM json_each(?))"
SHOWN = "phase IN ('downloading', 'unsaved', 'ready', 'expired', 'missing')"
TILES = f"""
    SELECT tasks.id, tasks.day, tasks.created_at, tasks.model, tasks.options, tasks.stars, tasks.verdict, tasks.seen_at,
           tasks.phase, tasks.trashed_at, tasks.measured_usd, tasks.estimated_usd, substr(versions.text, 1, 400) AS text,
           clips.width, clips.height, clips.duration_s, clips.poster, clips.filmstrip, clips.expires_at,
           (SELECT count(*) FROM clips WHERE clips.task = tasks.id) AS clips,
           (SELECT count(*) FROM tasks AS other WHERE other.version = tasks.version AND other.trashed_at IS NULL
                AND other.{SHOWN}) AS takes
    FROM tasks JOIN versions ON versions.id = tasks.version
    LEFT JOIN clips ON clips.task = tasks.id AND clips.position = 0
    WHERE tasks.id IN {_IDS}
"""  # noqa: S608 - constants of ours, as below
STALE_ONES = f"""
    SELECT tasks.id FROM tasks JOIN versions AS sent ON sent.id = tasks.version
    WHERE tasks.id IN {_IDS} AND coalesce(sent.written, sent.text) <> coalesce(
        (SELECT prompt FROM drafts WHERE drafts.id = sent.document),
        (SELECT coalesce(written, text) FROM versions AS newest
         WHERE newest.document = sent.document ORDER BY newest.id DESC LIMIT 1)
    )
"""  # noqa: S608
"""Like the condition STALE, which visits all documents: for a page of tasks, visiting theirs is much faster."""
TAKES = f"""
    SELECT other.id FROM tasks JOIN tasks AS other ON other.version = tasks.version
    WHERE tasks.id = ? AND other.trashed_at IS NULL AND other.{SHOWN} ORDER BY other.id
"""  # noqa: S608
FILES = f"SELECT path FROM clips WHERE task IN {_IDS} AND state = 'saved' AND path IS NOT NULL ORDER BY task, position"  # noqa: S608
CLIPS = """
    SELECT clips.task, clips.position, clips.stars, clips.verdict, clips.trashed_at IS NOT NULL,
           clips.state = 'saved' AND (clips.duration_s IS NOT NULL OR clips.trouble IS NULL)
    FROM json_each(?) AS wanted CROSS JOIN clips ON clips.task = wanted.value ORDER BY wanted.key, clips.position
"""
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOON = timedelta(days=3)
_TITLE_CHARACTERS = 120


class SqliteTiles:
    """Reads on the reader thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, tasks: Sequence[int], *, now: datetime) -> list[TileFacts]:
        """Return the tiles of these tasks, in any order. `model` is the slug."""
        listed = (_listed(tasks),)

        def work(connection: sqlite3.Connection) -> list[TileFacts]:
            stale = {row[0] for row in connection.execute(STALE_ONES, listed)}
            return [_tile(row, now, is_stale=row["id"] in stale) for row in connection.execute(TILES, listed)]

        return await self._database.read(work)

    async def takes_of(self, task: int) -> list[int]:
        """Return the tasks with clips of the same text as this one's, itself included, oldest first."""
        return await self._database.read(lambda connection: [row[0] for row in connection.execute(TAKES, (task,))])

    async def files_of(self, tasks: Sequence[int]) -> list[Path]:
        """Return the files of the tasks' saved clips."""
        listed = (_listed(tasks),)
        return await self._database.read(
            lambda connection: [Path(text_from_sql(row[0])) for row in connection.execute(FILES, listed)]
        )

    async def clips_of(self, tasks: Sequence[int]) -> list[JudgedClip]:
        """Return all clips of the tasks, in the order of the tasks."""
        listed = (_listed(tasks),)
        return await self._database.read(
            lambda connection: [_judged(row) for row in connection.execute(CLIPS, listed).fetchall()]
        )


def _judged(row: sqlite3.Row) -> JudgedClip:
    task, position, stars, verdict, is_trashed, plays = row
    return JudgedClip(ClipRef(task, position), stars, Verdict(verdict) if verdict else None, bool(plays), bool(is_trashed))


def _tile(row: sqlite3.Row, now: datetime, *, is_stale: bool) -> TileFacts:
    cost = row["estimated_usd"] if row["measured_usd"] is None else row["measured_usd"]
    return TileFacts(
        id=row["id"],
        title=first_line(text_from_sql(row["text"]), _TITLE_CHARACTERS),
        day=date.fromordinal(row["day"] + _EPOCH_DAY),
        created_at=_EPOCH + timedelta(microseconds=row["created_at"]),
        model=text_from_sql(row["model"]),
        options=_options(json.loads(text_from_sql(row["options"]))),
        clips=row["clips"],
        takes=max(1, row["takes"]),
        length_s=row["duration_s"],
        width=row["width"],
        height=row["height"],
        stars=row["stars"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        poster=path_or_none(row["poster"]),
        filmstrip=path_or_none(row["filmstrip"]),
        states=tuple(_states(row, now)),
        is_stale=is_stale,
        is_seen=row["seen_at"] is not None,
        cost_usd=cost,
        is_cost_estimated=row["measured_usd"] is None and cost is not None,
    )


def _options(options: Mapping[str, OptionValue]) -> str:
    words = [f"{options['duration']} s"] if "duration" in options else []
    words += [str(options[name]) for name in ("aspect_ratio", "resolution") if name in options]
    return " · ".join(words)


def _states(row: sqlite3.Row, now: datetime) -> list[str]:
    phase = row["phase"]
    words = {"missing": "file missing", "expired": "expired", "downloading": "saving", "unsaved": "not saved yet"}
    states = [words[phase]] if phase in words else []
    if phase == "unsaved" and row["expires_at"] is not None:
        left = _EPOCH + timedelta(microseconds=row["expires_at"]) - now
        if left < _SOON:
            days = max(0, left.days)
            states = [f"expires in {days} day{'s' * (days != 1)}" if days else "expires today"]
    if row["trashed_at"] is not None:
        states.append("in the trash")
    return states


def _listed(tasks: Sequence[int]) -> str:
    return f"[{','.join(map(str, tasks))}]"
