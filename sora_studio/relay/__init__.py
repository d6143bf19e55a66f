"""The relay: serves pictures, films and sounds at unguessable addresses that expire, and keeps callbacks for offline studios.

One server, in the program or alone on a host. It protects the files (found only by their full address), the studio (only
the token's owner uploads, deletes and listens) and itself: no stranger's request can fill, stall or crash it.
"""
