"""What the window shows, as values and rules: no widget, and of Qt only its core."""
