"""The rows of tasks from outside: inserted in short transactions, and removed again if a later one fails."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.imports import Incoming, Known
from sora_studio.domain.project import Project
from sora_studio.domain.search_words import fold
from sora_studio.domain.task import Task
from sora_studio.domain.version import Version
from sora_studio.storage.changes import COUNT_UP, TOUCH_TASK
from sora_studio.storage.projects import project_named
from sora_studio.storage.rows import SqlValue, film_to_sql, request_to_sql, to_sql
from sora_studio.storage.search import index_task
from sora_studio.storage.versions import version_of, with_text

CLIPS_OF = "SELECT id, position, state FROM clips WHERE task = ?"
_IDS = "(SELECT value FROM json_each(?))"
_REMOVE_TASKS = (
    f"DELETE FROM taggings WHERE task IN {_IDS}",  # noqa: S608 - constants of ours, as below
    f"DELETE FROM clips WHERE task IN {_IDS}",  # noqa: S608
    f"DELETE FROM task_words WHERE rowid IN {_IDS}",  # noqa: S608
    f"DELETE FROM tasks WHERE id IN {_IDS}",  # noqa: S608
)
_IN_USE = "EXISTS (SELECT 1 FROM tasks WHERE tasks.version = versions.id)"
_REMOVE_VERSIONS = (
    f"DELETE FROM version_words WHERE rowid IN (SELECT id FROM versions WHERE id IN {_IDS} AND NOT {_IN_USE})",  # noqa: S608
    f"DELETE FROM versions WHERE id IN {_IDS} AND NOT {_IN_USE}",  # noqa: S608
)
_REMOVE_DOCUMENTS = f"""
    DELETE FROM documents WHERE id IN {_IDS} AND id NOT IN (SELECT id FROM drafts)
        AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.document = documents.id)
"""  # noqa: S608


@dataclass(slots=True)
class Added:
    """The numbers here by those of the other library: of all its tasks, and of the clips that were added, by task and index."""

    tasks: dict[int, int] = field(default_factory=dict[int, int])
    clips: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])


@dataclass(slots=True)
class Inserted:
    """The new rows of one transaction."""

    tasks: list[int] = field(default_factory=list[int])
    versions: list[int] = field(default_factory=list[int])


class Addition:
    """Writes the rows of an import in several transactions, each of them by `add`."""

    _connection: sqlite3.Connection

    def __init__(self, versions: Sequence[Version], projects: Sequence[Project], at: datetime) -> None:
        self._versions = {version.id: version for version in versions}
        self._projects = {fold(project.name): project for project in projects}
        self._at = at
        self._version_ids = dict[int, int]()
        self._documents = dict[int, int]()
        self._project_ids = dict[str, int]()
        self._inserted = Inserted()
        self.added = Added()

    def add(self, connection: sqlite3.Connection, *, part: Sequence[Incoming], known: Mapping[int, Known]) -> "Inserted":
        """Add new tasks, complete known ones, and return the rows that are new."""
        self._connection, self._inserted = connection, Inserted()
        for one in part:
            if one.task.id in known:
                self._complete(one, known[one.task.id])
            else:
                self._insert(one)
        self._connect(one.task for one in part if one.task.id not in known)
        return self._inserted

    def _insert(self, one: Incoming) -> None:
        task = one.task
        values: dict[str, SqlValue] = {
            **request_to_sql(task.request),
            **_facts(task),
            "prompt": "",
            "phase": "",
            "revision": 0,
            "callback": False,
            "seen": to_sql(json.dumps(dict(task.request.seen), ensure_ascii=False)),
            "profile": task.request.profile,
            "version": self._version(task),
            "project": self._project(one.project) if one.project else None,
        }
        number = self._row("tasks", values)
        self._inserted.tasks.append(number)
        self.added.tasks[task.id] = number
        for clip in task.clips:
            self._add_clip(number, task.id, clip)
        self._tag(number, None, one.tags)
        for index, tags in one.clip_tags.items():
            self._tag(number, self.added.clips.get((task.id, index)), tags)
        self._touch(number)
        index_task(self._connection, number)

    def _complete(self, one: Incoming, known: Known) -> None:
        """Give a task that is here the end and the clips that it lacks; what the person decided about it stays."""
        if known.is_stub:
            facts = {name: value for name, value in _facts(one.task).items() if name in _OUTCOME}
            assigned = ", ".join(f"{name} = ?" for name in facts)
            self._connection.execute(f"UPDATE tasks SET {assigned} WHERE id = ?", (*facts.values(), known.task))  # noqa: S608 - constants of ours
        here = {row["position"]: row["id"] for row in self._connection.execute(CLIPS_OF, (known.task,))}
        clips = [clip for clip in one.task.clips if clip.index in known.lacks or (known.is_stub and clip.index not in here)]
        for clip in clips:
            if clip.index in here:
                self._found_again(here[clip.index], one.task.id, clip)
            else:
                self._add_clip(known.task, one.task.id, clip)
        if clips or known.is_stub:
            self._touch(known.task)
            self._connection.execute("UPDATE tasks SET metadata_due = metadata_due + 1 WHERE id = ?", (known.task,))

    def _found_again(self, row: int, task: int, clip: Clip) -> None:
        film = film_to_sql(clip.film)
        assigned = ", ".join(f"{name} = ?" for name in film)
        self._connection.execute(
            f"UPDATE clips SET state = 'saved', path = ?, size_bytes = ?, trouble = ?, {assigned} WHERE id = ?",  # noqa: S608
            (to_sql(clip.path), clip.size_bytes, clip.trouble, *film.values(), row),
        )
        self.added.clips[task, clip.index] = row

    def _add_clip(self, number: int, task: int, clip: Clip) -> None:
        """Add a clip: saved if it has a file, else expired, because there is no link to get it by."""
        values: dict[str, SqlValue] = {
            "task": number,
            "position": clip.index,
            "state": (ClipState.SAVED if clip.path else ClipState.EXPIRED).value,
            "url": "",
            "expires_at": to_sql(clip.expires_at),
            "path": to_sql(clip.path),
            "size_bytes": clip.size_bytes,
            **film_to_sql(clip.film),
            "trouble": to_sql(clip.trouble),
            "stars": clip.stars,
            "verdict": clip.verdict and clip.verdict.value,
            "note": to_sql(clip.note) or None,
            "trashed_at": to_sql(clip.trashed_at),
            "poster_at_s": clip.poster_at_s,
        }
        self.added.clips[task, clip.index] = self._row("clips", values)

    def _version(self, task: Task) -> int:
        """Return the version here: the one with this text if there is one, else a new one outside the rail."""
        known = self._version_ids.get(task.version) if task.version else None
        if known is not None:
            return known
        version = self._versions.get(task.version)
        request, at = (version.request, version.created_at) if version else (task.request, task.created_at)
        is_new = with_text(self._connection, to_sql(request.prompt)) is None
        document = self._documents.get(task.document) if is_new and task.document else None
        number = version_of(self._connection, request, document=document, at=at)
        if is_new:
            row = self._connection.execute("SELECT document FROM versions WHERE id = ?", (number,)).fetchone()
            self._documents.setdefault(task.document, row["document"])
            self._inserted.versions.append(number)
            if version and version.name:
                self._connection.execute("UPDATE versions SET name = ? WHERE id = ?", (to_sql(version.name), number))
        self._version_ids[task.version] = number
        return number

    def _project(self, name: str) -> int:
        """Return the project with this name, in any case; a new one if there is none."""
        if fold(name) not in self._project_ids:
            project = self._projects.get(fold(name), Project(0, name))
            self._project_ids[fold(name)] = project_named(self._connection, project, at=self._at)
        return self._project_ids[fold(name)]

    def _tag(self, number: int, clip: int | None, tags: Iterable[str]) -> None:
        for name in tags:
            folded = to_sql(fold(name))
            self._connection.execute("INSERT OR IGNORE INTO tags (name, folded) VALUES (?, ?)", (to_sql(name), folded))
            self._connection.execute(
                "INSERT OR IGNORE INTO taggings (tag, task, clip) SELECT id, ?, ? FROM tags WHERE folded = ?",
                (number, clip, folded),
            )

    def _connect(self, tasks: Iterable[Task]) -> None:
        """Give the added tasks their batches and parents, as far as these are here."""
        for task in tasks:
            number, batch = self.added.tasks[task.id], self.added.tasks.get(task.batch or 0)
            parent = self.added.tasks.get(task.parent.task) if task.parent else None
            if batch is not None:
                self._connection.execute("UPDATE tasks SET batch = ? WHERE id = ?", (batch, number))
            if task.parent is not None and parent is not None:
                self._connection.execute(
                    "UPDATE tasks SET parent = ?, parent_kind = ?, parent_clip = ?, parent_at_s = ? WHERE id = ?",
                    (parent, task.parent.kind.value, task.parent.clip, task.parent.at_s, number),
                )

    def _touch(self, number: int) -> None:
        """Give the task a revision and a phase."""
        self._connection.execute(COUNT_UP)
        self._connection.execute(TOUCH_TASK, (number,))

    def _row(self, table: str, values: Mapping[str, SqlValue]) -> int:
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - columns of ours
        number = self._connection.execute(statement, tuple(values.values())).lastrowid
        assert number is not None
        return number


def take_back(connection: sqlite3.Connection, *, inserted: Inserted) -> None:
    """Remove rows that were added. Tags and projects that they brought may stay."""
    tasks, versions = json.dumps(inserted.tasks), json.dumps(inserted.versions)
    for statement in _REMOVE_TASKS:
        connection.execute(statement, (tasks,))
    documents = connection.execute(f"SELECT document FROM versions WHERE id IN {_IDS}", (versions,)).fetchall()  # noqa: S608 - constants of ours
    for statement in _REMOVE_VERSIONS:
        connection.execute(statement, (versions,))
    connection.execute(_REMOVE_DOCUMENTS, (json.dumps([row[0] for row in documents]),))
    connection.execute(COUNT_UP)


_OUTCOME = frozenset(
    {
        *("state", "task_id", "sent_at", "accepted_at", "completed_at", "polls", "fail_code", "fail_message", "trouble"),
        *("balance_before_usd", "balance_after_usd", "measured_usd"),
    }
)


def _facts(task: Task) -> dict[str, SqlValue]:
    names = (
        *("gateway", "created_at", "take", "takes", "day", "task_id", "sent_at", "accepted_at", "completed_at", "seen_at"),
        *("removed_at", "trashed_at", "fail_code", "fail_message", "trouble", "polls", "input_digest", "stars"),
        *("estimated_usd", "estimated_most_usd", "balance_before_usd", "balance_after_usd", "measured_usd"),
    )
    return {
        **{name: to_sql(getattr(task, name)) for name in names},
        "state": task.state.value,
        "verdict": task.verdict and task.verdict.value,
        "note": to_sql(task.note) or None,
    }
