"""View models: the window's state and rules, without widgets. Of Qt they use only QtCore."""
