"""A task's costs in US dollars, and indexes for the daily limit (sent today) and for duplicates (created just now)."""

STATEMENTS = (
    "ALTER TABLE tasks ADD COLUMN estimated_usd REAL",
    "ALTER TABLE tasks ADD COLUMN balance_before_usd REAL",
    "ALTER TABLE tasks ADD COLUMN balance_after_usd REAL",
    "ALTER TABLE tasks ADD COLUMN measured_usd REAL",
    "CREATE INDEX tasks_by_creation ON tasks (created_at)",
    "CREATE INDEX tasks_by_sending ON tasks (sent_at) WHERE sent_at IS NOT NULL",
)
