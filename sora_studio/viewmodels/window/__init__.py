"""View models of the window's own bars."""
