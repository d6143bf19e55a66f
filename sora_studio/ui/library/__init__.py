"""The library room: the clips of a query as a grid or a list."""
