"""View models of the model picker: its rows, the facts of one model, and what would change in the draft."""
