"""Sora Studio: write prompts, turn them into clips through a remote paid service, watch and keep what comes back.

Decisions that a reader may not expect:

- A create is committed as `sending` by the `claim` callback, which the gateway awaits once the request has a slot in the
  budget. A task that only waits in the queue is therefore never under review.
- Polls are scheduled by `Clock.elapsed`, which counts during suspend and cannot be set, and are kept in UTC for the next start.
- A task that the service no longer knows is `lost`, not failed.
- The first paint is a light window around the real editor; the whole view then takes its place.
- The user's own bucket or command has its own layer, `hosting`, beside the gateway. The gateway talks to relays too.
- The relay keeps callbacks in an SQLite file of its own, because it also runs on hosts without a studio.
- A published picture is prepared in memory and never stored; its row is on disk before the first byte is sent.
- A task keeps the digests of its pictures as they were shown, so that no other picture is sent instead. A task whose
  pictures cannot be published waits, like one without a key.
- `Clock` is a module at the bottom, because every layer measures time. Services name the classes of gateway, storage and media
  only in annotations: `studio.py` alone imports and builds them.
- The library reads tasks from their store; services write to it. Each panel is given a small record of the services it uses.
"""

__version__ = "0.1.0"
