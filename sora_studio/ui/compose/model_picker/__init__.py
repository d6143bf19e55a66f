"""The model picker: a panel above the composer with a search, the models by family, and what one would change."""
