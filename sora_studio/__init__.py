"""Sora Studio: write prompts, turn them into Sora 2 clips through a remote paid service, watch and keep what comes back.

Where the house differs from its first plan: a create is committed as `sending` by the `claim` that the gateway awaits once
the request has its place in the budget, so that a task which merely waits its turn is never unclear; polls are planned by
`Clock.elapsed`, which counts through suspends and which nobody sets, and kept in UTC for the next start; a task that the
service no longer knows is `lost`, not failed; and the first paint is a light first look around the real editor, into whose
place the whole view steps. A person's own bucket or command has a floor of its own, `hosting`, beside the gateway, which
speaks to relays too; the relay keeps its callbacks in an SQLite file of its own, because it also runs where no studio is. A
published picture is prepared in memory and kept nowhere; what is public is a row before its first byte leaves. A task keeps
what its pictures held when they were shown, so that no other is sent in their place; and one whose way to the public does not
work waits for it, like one without a key.
"""

__version__ = "0.1.0"
