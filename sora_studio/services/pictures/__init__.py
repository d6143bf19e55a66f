"""Inspects, prepares, publishes and withdraws the pictures, films and sounds that tasks are made from."""
