"""The stage: the current clip with its player and controls."""
