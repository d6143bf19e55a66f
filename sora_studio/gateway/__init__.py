"""The remote service over HTTP: what it is asked, how often, what its answers mean, and how its films arrive."""
