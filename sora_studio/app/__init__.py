"""The graphical program: its process, its event loop, and the session behind the window."""
