"""What is kept: tasks and drafts in SQLite, settings and profiles in TOML, the key in the system's key store, one lock.

The database has one thread that writes and one that reads, each with a connection of its own; the loop only waits for them.
Every write is one transaction of its own, so that a cancelled wait or a killed process leaves all of it or nothing.
"""
