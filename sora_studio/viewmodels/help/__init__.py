"""View models of the help window: the pages and the search through them."""
