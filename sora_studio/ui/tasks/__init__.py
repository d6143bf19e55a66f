"""The live task list: panel, view, cards and their actions."""
