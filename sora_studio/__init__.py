"""Sora Studio: write prompts, turn them into Sora 2 clips through a remote paid service, watch and keep what comes back.

Where the house differs from its first plan: a create is committed as `sending` by the `claim` that the gateway awaits once
the request has its place in the budget, so that a task which merely waits its turn is never unclear; polls are planned by
`Clock.elapsed`, which counts through suspends and which nobody sets, and kept in UTC for the next start; a task that the
service no longer knows is `lost`, not failed; and the first paint is a light first look around the real editor, into whose
place the whole view steps.
"""

__version__ = "0.1.0"
