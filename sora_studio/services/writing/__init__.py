"""Drafts as documents: making, naming, moving and removing them."""
