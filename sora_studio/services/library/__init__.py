"""Changes to the task history from the window and the command line, and what leaves it and comes into it as files."""
