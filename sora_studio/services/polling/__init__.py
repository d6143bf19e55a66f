"""Polls the status of running tasks: one schedule for all of them, and what each answer means."""
