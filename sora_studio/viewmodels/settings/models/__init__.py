"""View models of the models page and of the model editor."""
