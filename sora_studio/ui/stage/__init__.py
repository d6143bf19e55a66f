"""The stage: the clip that is looked at, its player and controls."""
