"""Tasks to search for: as facts for the slow filter, and the same as rows of a database."""

import random
import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sora_studio.domain.query_filters import Is
from sora_studio.domain.search_words import fold
from sora_studio.storage.query_conditions import EXPIRING_WITHIN
from sora_studio.storage.rows import to_sql
from sora_studio.storage.search import index_task, index_version
from tests.doubles.slow_filter import SearchFacts

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TODAY = date(2026, 11, 29)
_EPOCH = date(1970, 1, 1)
_PIECES = (
    *(
        "red",
        "Red fox",
        "fox",
        "fo",
        "foxes",
        "WHALE",
        "whale,",
        "50%",
        "snake_case",
        "isn't",
        "2 * 3",
        "or",
        "kept",
        "stars:",
        "12",
        "a:b",
    ),
    *("夜の東京タワー", "東 京", "❤️", "🎬", 'say "a"b', "straße", "content", "model", "nothing-else"),
)
_PROJECTS = ("night", "Night market", "none", 'a"b')
_TAGS = ("hero", "Hero shot", "東京", 'a"b', "sora")
_STATE_OF_CLIP = {
    "ready": "saved",
    "unsaved": "remote",
    "downloading": "downloading",
    "missing": "missing",
    "expired": "expired",
}
_PHASES = (
    "ready",
    "ready",
    "ready",
    "ready",
    "failed",
    "unsaved",
    "missing",
    "waiting",
    "processing",
    "unknown",
    "expired",
    "downloading",
)
_RUNNING = {"sending", "unknown", "pending", "processing", "downloading", "unsaved"}
_OF_PHASE = {"ready": Is.READY, "failed": Is.FAILED, "missing": Is.MISSING, "waiting": Is.WAITING}


def facts_of(count: int, *, seed: int) -> list[SearchFacts]:
    """Return tasks numbered from 1, on days that do not always grow with the number."""
    chance = random.Random(seed)
    return [_facts(number, chance) for number in range(1, count + 1)]


def _facts(number: int, chance: random.Random) -> SearchFacts:
    phase = chance.choice(_PHASES)
    has_clip = phase in _STATE_OF_CLIP
    states = {state for state in (Is.STALE, Is.SEEN) if chance.random() < 0.3}
    states |= {chance.choice((Is.KEPT, Is.REJECTED))} if chance.random() < 0.5 else set()
    states |= {_OF_PHASE[phase]} if phase in _OF_PHASE else set()
    states |= {Is.RUNNING} if phase in _RUNNING else set()
    states |= {Is.UNSEEN} if phase == "ready" and Is.SEEN not in states else set()
    states |= {Is.EXPIRING} if phase == "unsaved" and chance.random() < 0.6 else set()
    has_parent = chance.random() < 0.3
    states |= {Is.CONTINUED} if has_parent and chance.random() < 0.6 else set()
    has_film = has_clip and chance.random() < 0.8
    width, height = chance.choice([(1280, 720), (720, 1280), (720, 720)]) if has_film else (None, None)
    return SearchFacts(
        number,
        text=" ".join(chance.choices(_PIECES, k=chance.randint(0, 4))),
        notes=tuple(chance.choices(("Best *take*", "red note", "夜", "take"), k=chance.choice((0, 0, 0, 1)))),
        tags=tuple(sorted(set(chance.choices(_TAGS, k=chance.choice((0, 0, 1, 2)))))),
        service_id=f"task_{number}" if chance.random() < 0.7 or number == 12 else None,
        stars=chance.choice((0, 0, 1, 3, 5)),
        states=frozenset(states),
        model=chance.choice(("sora-2", "bytedance/seedance-2", "wan")),
        mode=chance.choice(("text-to-video", "image-to-video", "")),
        project=chance.choice((None, *_PROJECTS)),
        day=TODAY - timedelta(days=chance.choice((0, 1, 2, 25, 40, 400))),
        fail_code=chance.choice(("CONTENT_VIOLATION", None, "INTERNAL")) if phase == "failed" else None,
        fail_message=chance.choice(("Refused by the filter", None)) if phase == "failed" else None,
        cost_usd=chance.choice((None, 0.25, 0.5, 1.2)),
        duration_s=chance.choice((5.0, 10.04, 15.04)) if has_film else None,
        width=width,
        height=height,
        has_clip=has_clip,
        has_file=phase == "ready",
        has_parent=has_parent,
        trashed=number != 12 and chance.random() < 0.1,
        hidden=number != 12 and chance.random() < 0.1,
    )


def fill(connection: sqlite3.Connection, library: Iterable[SearchFacts]) -> None:
    """Write the tasks into an empty database."""
    for at, name in enumerate(_PROJECTS, 1):
        connection.execute("INSERT INTO projects (id, revision, name, created_at) VALUES (?, 1, ?, 1)", (at, to_sql(name)))
    for at, name in enumerate(_TAGS, 1):
        connection.execute("INSERT INTO tags (id, name, folded) VALUES (?, ?, ?)", (at, name, fold(name)))
    for facts in library:
        _add_task(connection, facts, version=_add_version(connection, facts))
        _add_clip(connection, facts)
        for tag in facts.tags:
            connection.execute("INSERT INTO taggings (tag, task) VALUES (?, ?)", (_TAGS.index(tag) + 1, facts.number))
        index_task(connection, facts.number)


def _add_version(connection: sqlite3.Connection, facts: SearchFacts) -> int:
    document = connection.execute("INSERT INTO documents (revision, created_at) VALUES (1, 1)").lastrowid
    texts = [facts.text, "something newer"] if Is.STALE in facts.states else [facts.text]
    versions = list[int]()
    for text in texts:
        added = connection.execute(
            "INSERT INTO versions"
            " (document, revision, created_at, kind, model, mode, route, options, images, media, edits, text)"
            " VALUES (?, 1, 1, 'sent', '', '', '', '{}', '[]', '{}', '{}', ?)",
            (document, to_sql(text)),
        ).lastrowid
        assert added is not None
        versions.append(added)
        index_version(connection, added, text)
    return versions[0]


def _add_task(connection: sqlite3.Connection, facts: SearchFacts, *, version: int) -> None:
    phase = _phase(facts)
    verdict = next((state.value for state in (Is.KEPT, Is.REJECTED) if state in facts.states), None)
    row = {
        "id": facts.number, "revision": 1, "state": "success" if facts.has_clip else phase, "phase": phase, "gateway": "g",
        "take": 1, "takes": 1, "created_at": to_sql(NOW), "task_id": facts.service_id, "model": facts.model, "mode": facts.mode,
        "route": "", "options": "{}", "images": "[]", "prompt": "", "version": version, "stars": facts.stars,
        "verdict": verdict, "day": (facts.day - _EPOCH).days,
        "project": None if facts.project is None else _PROJECTS.index(facts.project) + 1,
        "fail_code": facts.fail_code, "fail_message": facts.fail_message, "note": next(iter(facts.notes), None),
        "measured_usd": facts.cost_usd if facts.number % 2 else None, "estimated_usd": facts.cost_usd,
        "seen_at": 1 if Is.SEEN in facts.states else None, "parent": 1 if facts.has_parent else None,
        "parent_kind": ("continued" if Is.CONTINUED in facts.states else "again") if facts.has_parent else None,
        "trashed_at": 1 if facts.trashed else None, "removed_at": 1 if facts.hidden else None,
    }  # fmt: skip
    connection.execute(f"INSERT INTO tasks ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def _add_clip(connection: sqlite3.Connection, facts: SearchFacts) -> None:
    if not facts.has_clip:
        return
    due = NOW + (EXPIRING_WITHIN / 2 if Is.EXPIRING in facts.states else EXPIRING_WITHIN * 2)
    connection.execute(
        "INSERT INTO clips (task, position, state, url, expires_at, duration_s, width, height)"
        " VALUES (?, 0, ?, '', ?, ?, ?, ?)",
        (facts.number, _STATE_OF_CLIP[_phase(facts)], to_sql(due), facts.duration_s, facts.width, facts.height),
    )


def _phase(facts: SearchFacts) -> str:
    named = next((phase for phase, state in _OF_PHASE.items() if state in facts.states), None)
    if named is not None:
        return named
    if Is.RUNNING in facts.states:
        return (
            ("unsaved" if Is.EXPIRING in facts.states or facts.number % 2 else "downloading")
            if facts.has_clip
            else "processing"
        )
    return "expired"
