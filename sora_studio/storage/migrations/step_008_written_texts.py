"""A version knows the text that its prompt was made of, with groups and cards; NULL where that is the prompt itself."""

STATEMENTS = ("ALTER TABLE versions ADD COLUMN written TEXT",)
