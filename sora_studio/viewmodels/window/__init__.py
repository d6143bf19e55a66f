"""View models of the top bar and the status bar."""
