"""View models of the settings dialog: published pictures and the relay's state."""
