"""Submits tasks safely: checks a request, commits it, sends it once, and records every change of its row."""
