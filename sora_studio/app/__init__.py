"""The graphical program: its process, its event loop, and what stands behind the window."""
