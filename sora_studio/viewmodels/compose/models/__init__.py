"""View models of the model picker (its rows, the facts of one model, what would change) and of models tried beside it."""
