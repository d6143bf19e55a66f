"""Digests of a task's local pictures at its creation, so that a file changed since is not sent in their place."""

STATEMENTS = ("ALTER TABLE tasks ADD COLUMN seen TEXT NOT NULL DEFAULT '{}'",)
