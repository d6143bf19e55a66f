"""Inspects, prepares, publishes and withdraws the pictures that tasks start from."""
