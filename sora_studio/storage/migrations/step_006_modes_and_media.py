"""The mode, media of every role, and the digest of the profile that a task was made with; media that a draft has set aside.

`images` stays, as the pictures of the role `first`: all media that older rows have. `media` contains the other roles.
`input_digest` is that of what the service was to be sent; empty in older rows.
`batch` is the first of the tasks that were submitted together; NULL for a task alone, and in older rows.
`estimated_most_usd` is the high end of an estimated price. The index is for counts, prices and times by model.
"""

STATEMENTS = (
    "ALTER TABLE tasks ADD COLUMN mode TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN media TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE tasks ADD COLUMN profile TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN input_digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN batch INTEGER",
    "ALTER TABLE tasks ADD COLUMN estimated_most_usd REAL",
    "CREATE INDEX tasks_by_model ON tasks (model, gateway, state)",
    "ALTER TABLE drafts ADD COLUMN mode TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE drafts ADD COLUMN media TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE drafts ADD COLUMN set_aside TEXT NOT NULL DEFAULT '{}'",
)
