"""Documents and their versions, projects, tags, notes, judgements, trash, and an index of words.

Every text that was sent is a version: the first task with that text gives it its number, time and options, and the text leaves
the tasks. Their column stays, empty, so that rows of a damaged file can be read without knowing its version. A draft with the
same text is the version's document; any other text gets a document of its own, which is not in the rail, because it has no row
in `drafts`; its number is the same in every copy of a database. `index_words` is a function of the program
(`domain.search_words`).

`day` is the local calendar day of a task's creation, in days since 1970, so that it stays where the person remembers it.
`removed_at` is what it was: hidden from the task list. `rank` orders waiting tasks that were moved; NULL counts as the id.
`metadata_due`: the files beside a task's clips lack what is known now. A purged row stays as its number in `tombstones`, so
that no backup brings it back.
"""

_DOCUMENTS_FROM = 1_000_000
"""Above the number of any draft."""

STATEMENTS = (
    """
    CREATE TABLE projects (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        revision INTEGER NOT NULL,
        name TEXT NOT NULL,
        folder TEXT,
        defaults TEXT NOT NULL DEFAULT '{}',
        created_at INTEGER NOT NULL,
        removed_at INTEGER
    )
    """,
    """
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        name TEXT,
        project INTEGER REFERENCES projects (id),
        trashed_at INTEGER
    )
    """,
    """
    CREATE TABLE versions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document INTEGER NOT NULL REFERENCES documents (id),
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name TEXT,
        model TEXT NOT NULL,
        mode TEXT NOT NULL,
        route TEXT NOT NULL,
        options TEXT NOT NULL,
        images TEXT NOT NULL,
        media TEXT NOT NULL,
        edits TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    "CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE taggings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tag INTEGER NOT NULL REFERENCES tags (id),
        task INTEGER NOT NULL REFERENCES tasks (id),
        clip INTEGER REFERENCES clips (id)
    )
    """,
    "CREATE UNIQUE INDEX taggings_of_task ON taggings (task, tag, coalesce(clip, 0))",
    "CREATE INDEX taggings_by_tag ON taggings (tag, task)",
    "CREATE TABLE tombstones (id INTEGER PRIMARY KEY, purged_at INTEGER NOT NULL)",
    """
    CREATE TABLE saved_searches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        query TEXT NOT NULL,
        place INTEGER NOT NULL
    )
    """,
    "ALTER TABLE tasks ADD COLUMN version INTEGER REFERENCES versions (id)",
    "ALTER TABLE tasks ADD COLUMN project INTEGER REFERENCES projects (id)",
    "ALTER TABLE tasks ADD COLUMN day INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN trashed_at INTEGER",
    "ALTER TABLE tasks ADD COLUMN held_at INTEGER",
    "ALTER TABLE tasks ADD COLUMN rank REAL",
    "ALTER TABLE tasks ADD COLUMN stars INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN verdict TEXT",
    "ALTER TABLE tasks ADD COLUMN note TEXT",
    "ALTER TABLE tasks ADD COLUMN output_dir TEXT",
    "ALTER TABLE tasks ADD COLUMN metadata_due INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN parent INTEGER",
    "ALTER TABLE tasks ADD COLUMN parent_kind TEXT",
    "ALTER TABLE tasks ADD COLUMN parent_clip INTEGER",
    "ALTER TABLE tasks ADD COLUMN parent_at_s REAL",
    "ALTER TABLE clips ADD COLUMN stars INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE clips ADD COLUMN verdict TEXT",
    "ALTER TABLE clips ADD COLUMN note TEXT",
    "ALTER TABLE clips ADD COLUMN trashed_at INTEGER",
    "ALTER TABLE clips ADD COLUMN filmstrip TEXT",
    "ALTER TABLE clips ADD COLUMN poster_at_s REAL",
    "INSERT INTO documents (id, revision, created_at) SELECT id, revision, saved_at FROM drafts",
    """
    CREATE TEMP TABLE firsts AS
    SELECT id AS task, min(id) OVER (PARTITION BY prompt) AS version FROM main.tasks
    """,
    f"""
    INSERT INTO documents (id, revision, created_at)
    SELECT {_DOCUMENTS_FROM} + id, revision, created_at FROM tasks
    WHERE id IN (SELECT version FROM temp.firsts) AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.prompt = tasks.prompt)
    """,  # noqa: S608 - a constant of ours, as below
    f"""
    INSERT INTO versions (id, document, revision, created_at, kind, model, mode, route, options, images, media, edits, text)
    SELECT id, coalesce((SELECT max(id) FROM drafts WHERE drafts.prompt = tasks.prompt), {_DOCUMENTS_FROM} + id),
           revision, created_at, 'sent', model, mode, route, options, images, media, edits, prompt
    FROM tasks WHERE id IN (SELECT version FROM temp.firsts)
    """,  # noqa: S608
    """
    UPDATE tasks SET version = firsts.version, prompt = '',
        day = CAST(julianday(created_at / 1000000, 'unixepoch', 'localtime', 'start of day') - 2440587.5 AS INTEGER)
    FROM temp.firsts AS firsts WHERE firsts.task = tasks.id
    """,
    "DROP TABLE temp.firsts",
    "DROP TABLE task_words",
    "DROP INDEX tasks_listed",
    "CREATE INDEX tasks_listed ON tasks (id, removed_at, trashed_at, phase, state, gateway)",
    "CREATE INDEX versions_of_document ON versions (document, id)",
    # A text is found by its beginning: the whole would be kept a second time.
    "CREATE INDEX versions_by_beginning ON versions (substr(text, 1, 60))",
    "CREATE INDEX tasks_by_version ON tasks (version, id)",
    "CREATE INDEX tasks_by_project ON tasks (project, id) WHERE project IS NOT NULL",
    "CREATE INDEX tasks_by_parent ON tasks (parent) WHERE parent IS NOT NULL",
    "CREATE INDEX tasks_with_metadata_due ON tasks (id) WHERE metadata_due",
    "CREATE INDEX tasks_in_trash ON tasks (trashed_at) WHERE trashed_at IS NOT NULL",
    """
    CREATE INDEX tasks_in_library
    ON tasks (day, id, trashed_at, removed_at, phase, verdict, stars, seen_at, project, version, model, mode, parent_kind,
              measured_usd, estimated_usd)
    """,
    "CREATE INDEX tasks_failed ON tasks (id) WHERE phase = 'failed'",
    "CREATE INDEX tasks_with_note ON tasks (id) WHERE note IS NOT NULL",
    "CREATE INDEX clips_with_note ON clips (task) WHERE note IS NOT NULL",
    # Without the state and not beginning with the task, so that other statements keep to the indexes that are made for them.
    "CREATE INDEX clips_in_library ON clips (width, height, duration_s, task)",
    "CREATE INDEX clips_saved ON clips (task, state) WHERE state = 'saved'",
    "CREATE VIRTUAL TABLE version_words USING fts5 (words, tokenize = 'ascii', prefix = '2 3')",
    "INSERT INTO version_words (rowid, words) SELECT id, index_words(text) FROM versions",
    "CREATE VIRTUAL TABLE task_words USING fts5 (words, tokenize = 'ascii', prefix = '2 3')",
)
