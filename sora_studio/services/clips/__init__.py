"""Retrieves finished clips, saves them atomically with their metadata, and knows which files are on disk."""
