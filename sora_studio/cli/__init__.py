"""Commands without Qt: for scripts, for machines without a display, and beside an open window."""
