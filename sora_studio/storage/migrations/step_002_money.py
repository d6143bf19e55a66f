"""What a task costs, in US dollars, and the two questions about money: what was sent today, what was made a moment ago."""

STATEMENTS = (
    "ALTER TABLE tasks ADD COLUMN estimated_usd REAL",
    "ALTER TABLE tasks ADD COLUMN balance_before_usd REAL",
    "ALTER TABLE tasks ADD COLUMN balance_after_usd REAL",
    "ALTER TABLE tasks ADD COLUMN measured_usd REAL",
    "CREATE INDEX tasks_by_creation ON tasks (created_at)",
    "CREATE INDEX tasks_by_sending ON tasks (sent_at) WHERE sent_at IS NOT NULL",
)
