"""Local pictures and films: what they are, whether they are whole, and what they look like."""
