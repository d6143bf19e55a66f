"""View models of the task list: rows, texts and actions."""
