"""Persistence: tasks and drafts in SQLite, settings and profiles in TOML, keys in the system's key store, and a process lock.

The database has one writer thread and one reader thread, each with its own connection; the event loop only awaits them.
Each write is one transaction, so a cancelled await or a killed process leaves either all of it or nothing.
"""
