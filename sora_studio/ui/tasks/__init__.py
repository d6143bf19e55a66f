"""The live task list: its panel, view and cards, and what their actions do."""
