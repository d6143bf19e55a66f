"""The prompt composer: the editor, the image well, the option chips and the one primary button."""
