"""Receives the service's callbacks through a relay, and checks that the relay works."""
