"""The window: widgets that show what the viewmodels say and pass on what a person does."""
