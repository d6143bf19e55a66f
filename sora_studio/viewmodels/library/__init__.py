"""The library room: one query result as pages of tiles, the selection in it, and the words on a tile."""
