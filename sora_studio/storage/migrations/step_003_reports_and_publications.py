"""Callback secrets to find tasks by, picture edits, and published pictures.

A publication is on disk before its upload starts, so that a crash never leaves a public picture unrecorded.
"""

STATEMENTS = (
    "ALTER TABLE tasks ADD COLUMN callback INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tasks ADD COLUMN callback_secret TEXT",
    "ALTER TABLE tasks ADD COLUMN pictures_by TEXT",
    "ALTER TABLE tasks ADD COLUMN edits TEXT NOT NULL DEFAULT '{}'",
    "CREATE INDEX tasks_by_secret ON tasks (callback_secret) WHERE callback_secret IS NOT NULL",
    "ALTER TABLE drafts ADD COLUMN callback INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE drafts ADD COLUMN pictures_by TEXT",
    "ALTER TABLE drafts ADD COLUMN edits TEXT NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE publications (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        fingerprint TEXT NOT NULL,
        route TEXT NOT NULL,
        place TEXT NOT NULL,
        handle TEXT NOT NULL,
        url TEXT NOT NULL,
        name TEXT NOT NULL,
        published_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        withdrawn_at INTEGER,
        trouble TEXT
    )
    """,
    "CREATE INDEX publications_live ON publications (fingerprint) WHERE withdrawn_at IS NULL",
    """
    CREATE TABLE publication_tasks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        publication INTEGER NOT NULL REFERENCES publications (id),
        task INTEGER NOT NULL REFERENCES tasks (id),
        UNIQUE (publication, task)
    )
    """,
    "CREATE INDEX publications_of_task ON publication_tasks (task)",
)
