"""Queries and changes of the task history for the window and the command line."""
