"""The models page of the settings, and the model editor."""
