"""What the writing panels show: the versions of a draft, and what changed between them."""
