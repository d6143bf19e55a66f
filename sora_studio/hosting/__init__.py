"""Hosts of pictures, films and sounds outside this program: the user's own bucket and the user's own command."""
