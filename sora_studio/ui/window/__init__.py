"""The main window: its layout, bars and first paint."""
