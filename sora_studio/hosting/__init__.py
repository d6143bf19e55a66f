"""Ways to make a picture reachable that are not ours: a person's bucket, a person's command."""
