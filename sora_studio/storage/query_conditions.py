"""Conditions of a search as SQL over `tasks`. Typed texts are bound, or compared in Python with the few names there are."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sora_studio.domain.query import Query, Term
from sora_studio.domain.query_filters import Has, Having, Identity, Is, Name, Named, Shape, Shaped, State, Words, number_in
from sora_studio.domain.query_ranges import Dated, Figure, Measure, When
from sora_studio.domain.search_words import fts_expression
from sora_studio.domain.task import SECTIONS, Phase, TaskSection
from sora_studio.storage.rows import SqlValue, text_from_sql, to_sql

EXPIRING_WITHIN = timedelta(days=3)
"""A clip that is not saved counts as expiring from this long before the service deletes it."""
COST = "coalesce(measured_usd, estimated_usd)"
DURATION = "(SELECT duration_s FROM clips WHERE task = tasks.id AND duration_s IS NOT NULL ORDER BY position LIMIT 1)"

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_OF_VERSION = "version IN (SELECT rowid FROM version_words WHERE version_words MATCH ?)"
_OF_TASK = "id IN (SELECT rowid FROM task_words WHERE task_words MATCH ?)"
_ANY_OF_TASK = "SELECT 1 FROM task_words WHERE task_words MATCH ? LIMIT 1"
_BY_SERVICE_ID = "SELECT id FROM tasks WHERE task_id IN (?, ?, ?)"
_CLIPS = "clips INDEXED BY clips_in_library"
_IDS = "id IN (SELECT value FROM json_each(?))"
STALE = """version IN (
    SELECT sent.id FROM drafts CROSS JOIN versions AS sent ON sent.document = drafts.id
    WHERE sent.kind = 'sent' AND coalesce(sent.written, sent.text) <> drafts.prompt
    UNION ALL
    SELECT sent.id
    FROM (
        SELECT document, max(id) AS version FROM versions INDEXED BY versions_of_document
        WHERE document NOT IN (SELECT id FROM drafts) GROUP BY document HAVING count(*) > 1
    ) AS last
    CROSS JOIN versions AS newest ON newest.id = last.version
    CROSS JOIN versions AS sent ON sent.document = last.document AND sent.id < last.version
    WHERE sent.kind = 'sent' AND coalesce(sent.written, sent.text) <> coalesce(newest.written, newest.text)
)"""
"""The document's text has moved on from the one that was sent: what is being written, or else its newest version.

CROSS JOIN keeps the order of the tables.
"""
_STATES = {
    Is.STALE: STALE,
    Is.SEEN: "seen_at IS NOT NULL",
    Is.UNSEEN: "phase = 'ready' AND seen_at IS NULL",
    Is.KEPT: "verdict IS 'kept'",
    Is.REJECTED: "verdict IS 'rejected'",
    Is.FAILED: "phase = 'failed'",
    Is.READY: "phase = 'ready'",
    Is.WAITING: "phase = 'waiting'",
    Is.MISSING: "phase = 'missing'",
    Is.HIDDEN: "removed_at IS NOT NULL",
    Is.TRASHED: "trashed_at IS NOT NULL",
    Is.CONTINUED: "parent_kind IS 'continued'",
}
_RUNNING = sorted({Phase.UNKNOWN} | {phase for phase in Phase if SECTIONS[phase] is TaskSection.RUNNING})
_HAVING = {
    Having.NOTE: "id IN (SELECT id FROM tasks WHERE note IS NOT NULL UNION ALL SELECT task FROM clips WHERE note IS NOT NULL)",
    Having.TAG: "id IN (SELECT task FROM taggings)",
    Having.FILE: "id IN (SELECT task FROM clips INDEXED BY clips_saved WHERE state = 'saved')",
    Having.PARENT: "id IN (SELECT id FROM tasks WHERE parent IS NOT NULL)",
}
_SHAPES = {Shape.PORTRAIT: "width < height", Shape.LANDSCAPE: "width > height", Shape.SQUARE: "width = height"}
_ALL_MODELS = """
    WITH RECURSIVE models (model) AS (
        SELECT min(model) FROM tasks
        UNION ALL SELECT (SELECT min(model) FROM tasks WHERE model > models.model) FROM models WHERE model IS NOT NULL
    )
    SELECT model, model FROM models WHERE model IS NOT NULL
"""
_ALL_NAMES = {
    Name.MODEL: (_ALL_MODELS, "model IN (SELECT value FROM json_each(?))"),
    Name.MODE: (
        "SELECT DISTINCT mode, mode FROM tasks INDEXED BY tasks_in_library",
        "mode IN (SELECT value FROM json_each(?))",
    ),
    Name.PROJECT: ("SELECT id, name FROM projects", "project IN (SELECT value FROM json_each(?))"),
    Name.TAG: ("SELECT id, name FROM tags", "id IN (SELECT task FROM taggings WHERE tag IN (SELECT value FROM json_each(?)))"),
    Name.FAIL: ("SELECT id, fail_code FROM tasks WHERE phase = 'failed'", _IDS),
}
"""How the names are listed, each with what stands for it in the condition."""
_FAIL_MESSAGES = "SELECT id, fail_message FROM tasks WHERE phase = 'failed'"


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression over a row of `tasks`, and its bound values."""

    sql: str
    values: tuple[SqlValue, ...] = ()


def conditions_of(connection: sqlite3.Connection, query: Query, *, now: datetime, today: date) -> list[Condition]:
    """Return the conditions that all have to hold for a task to be found. Small tables are read for them."""
    return list(_Conditions(connection, now, today).of_query(query))


class _Conditions:
    def __init__(self, connection: sqlite3.Connection, now: datetime, today: date) -> None:
        self._connection = connection
        self._now = now
        self._today = today

    def of_query(self, query: Query) -> Iterable[Condition]:
        if not query.includes_trash:
            yield Condition("trashed_at IS NULL")
        if not query.includes_hidden:
            yield Condition("removed_at IS NULL")
        excluded, of_versions = list[Words](), list[str]()
        for group in dict.fromkeys(query.groups):
            words = [term.word for term in group.terms if term.word is not None]
            match group.terms:
                case (Term(Words() as word, negated=True),):
                    excluded.append(word)
                case _ if len(words) == len(group.terms) and not self._is_of_tasks(words):
                    of_versions.append(_expression(words))
                case _:
                    others = [self._term(term) for term in group.terms if term.word is None]
                    yield _any_of([*([self._words(words)] if words else []), *others])
        # Words share an expression where they can: the index combines them faster than we do lists of versions.
        if of_versions:
            yield Condition(_OF_VERSION, (" AND ".join(of_versions),))
        if excluded:
            yield _negated(self._words(excluded))

    def _is_of_tasks(self, words: Sequence[Words]) -> bool:
        """Return whether one of the words occurs in a note, tag or id, so that a version's text need not have it."""
        return bool(self._ids_named(words) or self._connection.execute(_ANY_OF_TASK, (_expression(words),)).fetchone())

    def _term(self, term: Term) -> Condition:
        found = self._condition(term)
        return _negated(found) if term.negated else found

    def _condition(self, term: Term) -> Condition:
        match term.condition:
            case Words() as words:
                found = self._words([words])
            case Figure() as figure:
                found = _figure(figure)
            case Dated() as dated:
                found = self._dated(dated)
            case State(state):
                found = self._state(state)
            case Has(what):
                found = Condition(_HAVING[what])
            case Shaped(shape):
                found = Condition(f"id IN (SELECT task FROM {_CLIPS} WHERE {_SHAPES[shape]})")  # noqa: S608 - constants
            case Named() as named:
                found = self._named(named)
            case Identity() as identity:
                found = _identity(identity)
        return found

    def _words(self, words: Sequence[Words]) -> Condition:
        """Return the condition that a task has one of the words."""
        expression = _expression(words)
        return Condition(
            f"({_OF_VERSION} OR {_OF_TASK} OR {_IDS})", (expression, expression, json.dumps(self._ids_named(words)))
        )

    def _ids_named(self, words: Iterable[Words]) -> list[int]:
        """Return the tasks of which the number or the service's id is one of the words."""
        ids = list[int]()
        for word in words:
            spellings = [to_sql(text) for text in (word.text, word.text.lower(), word.text.upper())]
            ids += (row[0] for row in self._connection.execute(_BY_SERVICE_ID, spellings))
            number = number_in(word.text)
            ids += [] if number is None else [number]
        return ids

    def _dated(self, dated: Dated) -> Condition:
        first, last = (day.toordinal() - _EPOCH_DAY for day in dated.days(self._today))
        if dated.when is When.ON:
            return Condition("day BETWEEN ? AND ?", (first, last))
        return Condition("day < ?", (first,)) if dated.when is When.BEFORE else Condition("day > ?", (last,))

    def _state(self, state: Is) -> Condition:
        if state is Is.EXPIRING:
            due = to_sql(self._now), to_sql(self._now + EXPIRING_WITHIN)
            return Condition(
                "id IN (SELECT task FROM clips WHERE state = 'remote' AND expires_at > ? AND expires_at <= ?)", due
            )
        if state is Is.RUNNING:
            return Condition(f"phase IN ({', '.join('?' * len(_RUNNING))})", tuple(_RUNNING))
        return Condition(_STATES[state])

    def _named(self, named: Named) -> Condition:
        if named.is_any_failure:
            return Condition(_STATES[Is.FAILED])
        if named.is_no_project:
            return Condition("project IS NULL")
        statement, sql = _ALL_NAMES[named.name]
        rows: list[tuple[SqlValue, str | bytes | None]] = self._connection.execute(statement).fetchall()
        if named.name is Name.FAIL:
            rows += self._connection.execute(_FAIL_MESSAGES).fetchall()
        fits = {text: text is not None and named.fits(text_from_sql(text)) for text in {row[1] for row in rows}}
        return Condition(sql, (json.dumps([row[0] for row in rows if fits[row[1]]]),))


def _expression(words: Iterable[Words]) -> str:
    """Return the expression of the index for any of the words."""
    expressions = (fts_expression(word.text, whole=word.is_whole) for word in words)
    return f"({' OR '.join(expression for expression in expressions if expression is not None)})"


def _negated(condition: Condition) -> Condition:
    # An unknown value fits no filter: it is NULL, and so would be its negation.
    return Condition(f"NOT coalesce({condition.sql}, FALSE)", condition.values)


def _figure(figure: Figure) -> Condition:
    value = {Measure.STARS: "stars", Measure.COST: COST, Measure.DURATION: "duration_s"}[figure.measure]
    # The relation is one of our own signs, and SQL's as well.
    compared = " AND ".join(f"round({value}, {figure.digits}) {relation} ?" for relation, _ in figure.limits)
    limits = tuple(limit for _, limit in figure.limits)
    if figure.measure is Measure.DURATION:
        return Condition(f"id IN (SELECT task FROM {_CLIPS} WHERE {compared})", limits)  # noqa: S608
    return Condition(compared, limits)


def _identity(identity: Identity) -> Condition:
    text = to_sql(identity.text)
    if identity.number is not None:
        return Condition("(id = ? OR id IN (SELECT id FROM tasks WHERE task_id = ?))", (identity.number, text))
    if not isinstance(text, str):
        return Condition("FALSE")
    return Condition("id IN (SELECT id FROM tasks WHERE task_id >= ? AND task_id < ?)", (text, text + "\U0010ffff"))


def _joined(conditions: Sequence[Condition], joint: str) -> Condition:
    """Join conditions as a balanced tree: SQLite limits the depth of an expression."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    first, second = _joined(conditions[:middle], joint), _joined(conditions[middle:], joint)
    return Condition(f"({first.sql} {joint} {second.sql})", first.values + second.values)


def _any_of(conditions: Sequence[Condition]) -> Condition:
    """Return the disjunction of conditions.

    The plus keeps SQLite from searching the index once for each of several dates, which would not give the ids of a day in the
    order of the index.
    """
    found = _joined(conditions, "OR")
    return found if len(conditions) == 1 else Condition(f"+{found.sql}", found.values)


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Return the conjunction of conditions."""
    return _joined(conditions, "AND") if conditions else Condition("TRUE")
