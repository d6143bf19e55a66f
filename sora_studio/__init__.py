"""Sora Studio: write prompts, turn them into Sora 2 clips through a remote paid service, watch and keep what comes back."""

__version__ = "0.1.0"
