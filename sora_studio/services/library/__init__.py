"""Changes to the task history from the window and the command line."""
