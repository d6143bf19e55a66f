"""A monotonic change counter, and an index to find a task by the service's id.

The counter is separate from the rows: `max(revision) + 1` reused a number after the newest task was deleted, and readers that
wait for greater numbers missed a change.
"""

STATEMENTS = (
    "CREATE TABLE changes (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL)",
    "INSERT INTO changes (id, revision) SELECT 1, coalesce(max(revision), 0) FROM tasks",
    "CREATE INDEX tasks_by_task_id ON tasks (task_id) WHERE task_id IS NOT NULL",
)
