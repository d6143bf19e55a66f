"""Downloads finished clips, saves them atomically with their metadata, and tracks which files are on disk."""
