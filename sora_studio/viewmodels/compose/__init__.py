"""View models of the composer: the request being written, its draft and its texts."""
