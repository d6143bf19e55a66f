"""The installed models against what the service publishes."""
