"""Projects and saved searches in SQLite."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.project import Project, SavedSearch, check_name
from sora_studio.domain.search_words import fold
from sora_studio.storage.changes import COUNT_UP, REVISION
from sora_studio.storage.database import Database
from sora_studio.storage.rows import SqlValue, path_or_none, text_from_sql, to_sql

PROJECTS = "SELECT id, name, folder, defaults FROM projects WHERE removed_at IS NULL ORDER BY id"
RENAMED = "UPDATE tasks SET metadata_due = metadata_due + 1 WHERE project = ?"


class SqliteProjects:
    """Each change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Project]:
        """Return the projects in the order of their creation."""
        return await self._database.read(lambda connection: [_project(row) for row in connection.execute(PROJECTS)])

    async def get(self, project: int) -> Project | None:
        """Return the project with this number, unless it was removed."""
        return next((found for found in await self.all() if found.id == project), None)

    async def named(self, name: str) -> Project | None:
        """Return the project with this name, in any case."""
        wanted = fold(name)
        return next((project for project in await self.all() if fold(project.name) == wanted), None)

    async def save(self, project: Project, *, at: datetime) -> Project:
        """Add a project (id 0) or change one. Raises `InvalidSetting` if its name is unusable or another project has it."""
        project = replace(project, name=check_name(project.name))
        same = await self.named(project.name)
        if same is not None and same.id != project.id:
            raise InvalidSetting(f"There is a project {same.name} already.")
        values = (to_sql(project.name), to_sql(project.folder), _defaults(project))

        def work(connection: sqlite3.Connection) -> int:
            connection.execute(COUNT_UP)
            if project.id:
                changed = f"UPDATE projects SET revision = {REVISION}, name = ?, folder = ?, defaults = ? WHERE id = ?"  # noqa: S608
                connection.execute(changed, (*values, project.id))
                connection.execute(RENAMED, (project.id,))
                return project.id
            added = f"INSERT INTO projects (revision, name, folder, defaults, created_at) VALUES ({REVISION}, ?, ?, ?, ?)"  # noqa: S608
            return connection.execute(added, (*values, to_sql(at))).lastrowid or 0

        return replace(project, id=await self._database.write(work))

    async def remove(self, project: int, *, at: datetime) -> None:
        """Remove a project from the rail; its tasks keep their folder and belong to none."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(COUNT_UP)
            removed = f"UPDATE projects SET revision = {REVISION}, removed_at = ? WHERE id = ?"  # noqa: S608
            connection.execute(removed, (to_sql(at), project))
            connection.execute(RENAMED, (project,))

        await self._database.write(work)

    async def bring_back(self, project: int) -> None:
        """Undo `remove`: its tasks belong to it again."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(COUNT_UP)
            back = f"UPDATE projects SET revision = {REVISION}, removed_at = NULL WHERE id = ?"  # noqa: S608
            connection.execute(back, (project,))
            connection.execute(RENAMED, (project,))

        await self._database.write(work)

    async def tags(self) -> list[str]:
        """Return the tags in use, those of most tasks first."""
        query = "SELECT name FROM tags JOIN taggings ON tag = tags.id GROUP BY tags.id ORDER BY count(*) DESC, folded"
        return await self._database.read(lambda connection: [text_from_sql(row[0]) for row in connection.execute(query)])

    async def searches(self) -> list[SavedSearch]:
        """Return the saved searches in their order."""
        query = "SELECT id, name, query FROM saved_searches ORDER BY place, id"
        return await self._database.read(
            lambda connection: [
                SavedSearch(row[0], text_from_sql(row[1]), text_from_sql(row[2])) for row in connection.execute(query)
            ]
        )

    async def save_search(self, search: SavedSearch) -> SavedSearch:
        """Add a search (id 0) or change one."""

        def work(connection: sqlite3.Connection) -> int:
            values = (to_sql(search.name), to_sql(search.query))
            if search.id:
                connection.execute("UPDATE saved_searches SET name = ?, query = ? WHERE id = ?", (*values, search.id))
                return search.id
            place = "(SELECT coalesce(max(place), 0) + 1 FROM saved_searches)"
            added = f"INSERT INTO saved_searches (name, query, place) VALUES (?, ?, {place})"  # noqa: S608
            return connection.execute(added, values).lastrowid or 0

        return replace(search, id=await self._database.write(work))

    async def remove_search(self, search: int) -> None:
        """Remove a saved search."""
        await self._database.write(lambda connection: connection.execute("DELETE FROM saved_searches WHERE id = ?", (search,)))


def project_named(connection: sqlite3.Connection, project: Project, *, at: datetime) -> int:
    """Return the project with that name, in any case; it is added if there is none."""
    wanted = fold(project.name)
    for number, name in connection.execute("SELECT id, name FROM projects WHERE removed_at IS NULL ORDER BY id"):
        if fold(text_from_sql(name)) == wanted:
            return number
    added = f"INSERT INTO projects (revision, name, folder, defaults, created_at) VALUES ({REVISION}, ?, ?, ?, ?)"  # noqa: S608
    values = (to_sql(project.name), to_sql(project.folder), _defaults(project), to_sql(at))
    number = connection.execute(added, values).lastrowid
    assert number is not None
    return number


def _defaults(project: Project) -> SqlValue:
    return to_sql(json.dumps({"model": project.model, "options": dict(project.options)}, ensure_ascii=False))


def _project(row: sqlite3.Row) -> Project:
    defaults: Mapping[str, object] = json.loads(text_from_sql(row["defaults"]))
    options = defaults.get("options")
    known: dict[str, OptionValue] = (
        {str(name): value for name, value in options.items() if isinstance(value, str | int | float | bool)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
        if isinstance(options, dict)
        else {}
    )
    return Project(row["id"], text_from_sql(row["name"]), path_or_none(row["folder"]), str(defaults.get("model", "")), known)
