"""Widgets and helpers that every panel uses: theme, buttons, labels, segmented control, task scope."""
