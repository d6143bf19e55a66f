"""The first schema: tasks, their search words, their clips, and drafts.

Times are microseconds since 1970 in UTC. Small columns come before the prompt, which may be long, so that reading a state does
not read the prompt's overflow pages. `phase` is derived from state and clips and stored, so that an index covers the list.
"""

STATEMENTS = (
    """
    CREATE TABLE tasks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL,
        phase TEXT NOT NULL,
        gateway TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        take INTEGER NOT NULL,
        takes INTEGER NOT NULL,
        task_id TEXT,
        sent_at INTEGER,
        accepted_at INTEGER,
        next_poll_at INTEGER,
        completed_at INTEGER,
        polls INTEGER NOT NULL DEFAULT 0,
        misses INTEGER NOT NULL DEFAULT 0,
        seen_at INTEGER,
        removed_at INTEGER,
        fail_code TEXT,
        fail_message TEXT,
        trouble TEXT,
        model TEXT NOT NULL,
        route TEXT NOT NULL,
        options TEXT NOT NULL,
        images TEXT NOT NULL,
        prompt TEXT NOT NULL
    )
    """,
    "CREATE INDEX tasks_by_revision ON tasks (revision)",
    "CREATE INDEX tasks_listed ON tasks (id, removed_at, phase, state, gateway)",
    """
    CREATE INDEX tasks_unfinished ON tasks (gateway, id)
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost')
    """,
    "CREATE INDEX tasks_sending ON tasks (id) WHERE state = 'sending'",
    "CREATE TABLE task_words (task INTEGER PRIMARY KEY REFERENCES tasks (id), folded TEXT NOT NULL)",
    """
    CREATE TABLE clips (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        task INTEGER NOT NULL REFERENCES tasks (id),
        position INTEGER NOT NULL,
        state TEXT NOT NULL,
        url TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        path TEXT,
        poster TEXT,
        size_bytes INTEGER,
        width INTEGER,
        height INTEGER,
        duration_s REAL,
        has_audio INTEGER,
        trouble TEXT,
        UNIQUE (task, position)
    )
    """,
    "CREATE INDEX clips_remote ON clips (expires_at) WHERE state = 'remote'",
    "CREATE INDEX clips_downloading ON clips (task) WHERE state = 'downloading'",
    """
    CREATE TABLE drafts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        revision INTEGER NOT NULL,
        saved_at INTEGER NOT NULL,
        takes INTEGER NOT NULL,
        caret INTEGER NOT NULL,
        model TEXT NOT NULL,
        route TEXT NOT NULL,
        options TEXT NOT NULL,
        images TEXT NOT NULL,
        prompt TEXT NOT NULL
    )
    """,
    "CREATE INDEX drafts_by_revision ON drafts (revision)",
)
