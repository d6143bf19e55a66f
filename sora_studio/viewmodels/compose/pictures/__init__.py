"""View models of the composer's pictures: checks, crops, undo history and texts."""
