"""A large history as a person has after years: judged, tagged, in projects, and the same for the same seed.

`python3 packaging/dev.py history DIR --tasks 100000 --seed 1` makes one in a data folder.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.domain.search_words import index_words
from sora_studio.storage.database import Database

TASKS = 100_000
TASKS_OF_A_TEXT = 10 / 3
CHARACTERS = 500
GATEWAY = "https://service.example"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEWEST = datetime(2026, 11, 28, 20, tzinfo=UTC)
_DAYS = 900
_PROSE = """
    slow dolly handheld static wide close aerial drifting pan tilt crane tracking shot lens shallow focus grain golden hour blue
    morning fog noon candle neon rain snow mist dust smoke harbour pier desert road alley rooftop forest river bridge tram train
    lantern ferryman lighthouse keeper girl boy old woman cyclist tabby cat ducks horse whale fox glassblower baker dancer turns
    walks waits looks up crosses ties opens closes raises lowers breathes laughs warm cold patient tender quiet restless epic
    wind waves gulls bells footsteps piano engine thunder silence red yellow green teal amber silver shadow reflection
    silhouette
"""
_WORDS = _PROSE.split()
_CHINESE = "海边的木码头清晨薄雾镜头缓慢推进渔夫提着灯笼走过湿润石板路雨后霓虹倒影"
_MODELS = ("sora-2",) * 6 + ("veo-3-1", "kling-3-0-std", "seedance-2-0", "hailuo-2-3")
_PHASES = ("ready",) * 88 + ("failed",) * 7 + ("expired", "missing", "cancelled", "pending", "unsaved")
_COLUMNS = (
    *("id", "revision", "state", "phase", "gateway", "created_at", "day", "take", "takes", "task_id", "sent_at", "accepted_at"),
    *("completed_at", "seen_at", "fail_code", "fail_message", "model", "mode", "route", "options", "images", "prompt"),
    *("estimated_usd", "measured_usd", "version", "project", "stars", "verdict", "trashed_at", "removed_at"),
)


def make(folder: Path, *, tasks: int = TASKS, seed: int = 1) -> Path:
    """Make the database of a data folder and return its path. Raises `FileExistsError` if there is one."""
    path = folder / "studio.db"
    if path.exists():
        raise FileExistsError(f"{path} exists already.")
    asyncio.run(_create(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        _fill(connection, random.Random(seed), tasks)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    return path


async def _create(path: Path) -> None:
    database = Database(path)
    await database.open()
    await database.close()


def _fill(connection: sqlite3.Connection, rng: random.Random, tasks: int) -> None:
    texts = max(1, round(tasks / TASKS_OF_A_TEXT))
    now = _microseconds(_NEWEST)
    for number, text in enumerate(_texts(rng, texts), 1):
        connection.execute("INSERT INTO documents (id, revision, created_at) VALUES (?, ?, ?)", (number, number, now))
        connection.execute(
            "INSERT INTO versions (id, document, revision, created_at, kind, model, mode, route, options, images, media, "
            "edits, text) VALUES (?, ?, ?, ?, 'sent', 'sora-2', 'text-to-video', 'auto', '{}', '[]', '{}', '{}', ?)",
            (number, number, number, now, text),
        )
        connection.execute("INSERT INTO version_words (rowid, words) VALUES (?, ?)", (number, index_words(text)))
    for number, name in enumerate(("Rain Film", "Teaser", "Studies"), 1):
        connection.execute("INSERT INTO projects (id, revision, name, created_at) VALUES (?, 0, ?, ?)", (number, name, now))
    for number, name in enumerate(("rain", "harbour", "night shot", "hero", "b-roll"), 1):
        connection.execute("INSERT INTO tags (id, name, folded) VALUES (?, ?, ?)", (number, name, name))
    places = ", ".join("?" * len(_COLUMNS))
    rows = list(_rows(rng, tasks, texts))
    connection.executemany(f"INSERT INTO tasks ({', '.join(_COLUMNS)}) VALUES ({places})", rows)
    connection.execute("UPDATE changes SET revision = ?", (tasks,))
    phase, stars, verdict, trashed = (_COLUMNS.index(name) for name in ("phase", "stars", "verdict", "trashed_at"))
    for row in rows:
        if row[phase] in ("ready", "expired", "missing", "unsaved"):
            state = {"ready": "saved", "unsaved": "remote"}.get(str(row[phase]), row[phase])
            portrait = rng.random() < 0.3
            connection.execute(
                "INSERT INTO clips (task, position, state, url, expires_at, path, size_bytes, width, height, duration_s, "
                "has_audio, stars, verdict, trashed_at) VALUES (?, 0, ?, '', ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
                (
                    *(row[0], state, now + 86_400_000_000 * rng.randint(1, 15), f"/clips/{row[0]}.mp4", 20_000_000),
                    *((720, 1280) if portrait else (1280, 720)),
                    *(rng.choice((10.0, 15.0)), row[stars], row[verdict], row[trashed]),
                ),
            )
        if rng.random() < 0.1:
            connection.execute("INSERT INTO taggings (tag, task) VALUES (?, ?)", (rng.randint(1, 5), row[0]))


def _texts(rng: random.Random, count: int) -> Iterator[str]:
    for number in range(count):
        if number % 40 == 0:
            yield "".join(rng.choice(_CHINESE) for _ in range(CHARACTERS // 3))
            continue
        words, length = list[str](), 0
        while length < CHARACTERS:
            words.append(rng.choice(_WORDS) + rng.choice(("", "", "", "", ",", ".")))
            length += len(words[-1]) + 1
        yield " ".join(words).capitalize()


def _rows(rng: random.Random, tasks: int, texts: int) -> Iterator[tuple[object, ...]]:
    options = [
        json.dumps({"duration": seconds, "aspect_ratio": shape}) for seconds in (10, 15) for shape in ("landscape", "portrait")
    ]
    for task in range(1, tasks + 1):
        moment = _NEWEST - timedelta(days=_DAYS * (1 - task / tasks), seconds=rng.randint(0, 600))
        at, phase = _microseconds(moment), rng.choice(_PHASES)
        state = {"ready": "success", "expired": "success", "missing": "success", "unsaved": "success"}.get(phase, phase)
        judged = phase == "ready" and rng.random() < 0.35
        verdict = rng.choice(("kept", "kept", "rejected")) if judged else None
        yield (
            *(task, task, state, phase, GATEWAY, at, at // 86_400_000_000, 1, 1, f"task-{task:07}", at, at, at + 240_000_000),
            *(at if rng.random() < 0.98 else None, *(("CONTENT_POLICY", "Refused.") if phase == "failed" else (None, None))),
            *(rng.choice(_MODELS), "text-to-video", "auto", rng.choice(options), "[]", ""),
            *(0.5, 0.5 if rng.random() < 0.3 else None, 1 + (task - 1) * texts // tasks),
            *(rng.randint(1, 3) if rng.random() < 0.02 else None, rng.randint(1, 5) if judged else 0, verdict),
            *(at if rng.random() < 0.002 else None, at if rng.random() < 0.01 else None),
        )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def main(arguments: list[str]) -> None:
    """Make a history and say how long it took."""
    parser = argparse.ArgumentParser(prog="dev.py history", description="Make a data folder with a large history.")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--tasks", type=int, default=TASKS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    found = parser.parse_args(arguments)
    begun = time.monotonic()
    found.folder.mkdir(parents=True, exist_ok=True)
    path = make(found.folder, tasks=found.tasks, seed=found.seed)
    print(f"{path}: {found.tasks} tasks, {path.stat().st_size / 1e6:.0f} MB, made in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
