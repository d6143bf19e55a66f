"""What a task's local pictures held when it was made, so that no other picture is sent in their place."""

STATEMENTS = ("ALTER TABLE tasks ADD COLUMN seen TEXT NOT NULL DEFAULT '{}'",)
