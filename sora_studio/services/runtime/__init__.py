"""What every service runs on: shared parts, clock, supervision, folder ownership, connection state, backoff, backups."""
