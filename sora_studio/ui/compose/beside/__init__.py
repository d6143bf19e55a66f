"""Tries one draft with several models: a panel with a row for each, one price, and one button that sends them together."""
