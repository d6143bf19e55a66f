"""The relay: lends pictures by addresses that nobody can guess and that end, and keeps callbacks for studios that are off.

One server, in the program or alone on a host. It protects the pictures (only who was told an address finds one), the studio
(only who has the token puts, withdraws and listens) and itself: nothing that a stranger sends grows, stalls or ends it.
"""
