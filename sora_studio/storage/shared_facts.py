"""What several tasks have in common, counted in SQLite: a hundred thousand are selected as easily as two."""

import sqlite3
from collections import Counter
from collections.abc import Sequence

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.storage.database import Database
from sora_studio.storage.query_conditions import COST
from sora_studio.storage.rows import text_from_sql

_IDS = "(SELECT value FROM json_each(?))"
KINDS = f"""
    SELECT model, project, verdict, stars, count(*) AS count, coalesce(sum({COST}), 0) AS cost, count({COST}) AS priced,
           sum(phase IN ('failed', 'expired', 'cancelled')) AS retryable, count(task_id) AS with_id,
           count(trashed_at) AS trashed, sum(trashed_at IS NOT NULL OR removed_at IS NOT NULL) AS put_aside
    FROM tasks WHERE id IN {_IDS} GROUP BY model, project, verdict, stars
"""  # noqa: S608 - constants of ours, as below
CLIPS = f"""
    SELECT coalesce(sum(duration_s), 0) AS length, count(DISTINCT CASE WHEN state = 'saved' THEN task END) AS with_file
    FROM clips WHERE task IN {_IDS}
"""  # noqa: S608
TAGS = f"""
    SELECT tags.name, count(DISTINCT taggings.task) AS count FROM taggings INDEXED BY taggings_of_task
    JOIN tags ON tags.id = taggings.tag WHERE taggings.task IN {_IDS} GROUP BY tags.id ORDER BY count DESC, tags.folded
"""  # noqa: S608


class SqliteSharedFacts:
    """Reads on the reader thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tasks: Sequence[int]) -> SharedFacts:
        """Return what the tasks have in common; those that are gone are not counted."""
        listed = f"[{','.join(map(str, tasks))}]"
        return await self._database.read(lambda connection: read_shared(connection, listed))


def read_shared(connection: sqlite3.Connection, listed: str) -> SharedFacts:
    """Return what the tasks of a JSON array have in common."""
    kinds: list[sqlite3.Row] = connection.execute(KINDS, (listed,)).fetchall()
    clips: sqlite3.Row = connection.execute(CLIPS, (listed,)).fetchone()
    models, projects, verdicts = Counter[str](), Counter[int | None](), Counter[Verdict | None]()
    for row in kinds:
        models[text_from_sql(row["model"])] += row["count"]
        projects[row["project"]] += row["count"]
        verdicts[Verdict(row["verdict"]) if row["verdict"] else None] += row["count"]
    return SharedFacts(
        count=sum(row["count"] for row in kinds),
        models=models,
        projects=projects,
        verdicts=verdicts,
        stars=frozenset(row["stars"] for row in kinds),
        tags={text_from_sql(row["name"]): row["count"] for row in connection.execute(TAGS, (listed,))},
        cost_usd=sum(row["cost"] for row in kinds),
        priced=sum(row["priced"] for row in kinds),
        length_s=clips["length"],
        retryable=sum(row["retryable"] for row in kinds),
        with_file=clips["with_file"],
        with_id=sum(row["with_id"] for row in kinds),
        trashed=sum(row["trashed"] for row in kinds),
        put_aside=sum(row["put_aside"] for row in kinds),
    )
