"""The installed models against what the service publishes, and what past tasks tell of them: counts, prices and times."""
