"""Every way in which a create can go, and what each one proves about whether it was started."""

from enum import StrEnum


class Way(StrEnum):
    """What happens to one request, in words that a figure prints."""

    WELL = "answered"
    SLOWLY = "answered late, but in time"

    NO_CONNECTION = "connection refused"
    NO_CONNECTION_IN_TIME = "no connection in time"
    NO_TLS = "TLS refused"

    TOO_MANY = "429"
    TOO_MANY_WITH_WAIT = "429 with Retry-After"

    NOT_LIKED = "400"

    CUT_WHILE_WRITING = "reset while the request is written"
    STUCK_WHILE_WRITING = "the request is never taken"
    GONE_BEFORE_HEADERS = "closed before headers"
    RESET_BEFORE_HEADERS = "reset before headers"
    GONE_INSIDE_HEADERS = "closed inside headers"
    RESET_INSIDE_HEADERS = "reset inside headers"
    GONE_AFTER_HEADERS = "closed after headers"
    RESET_AFTER_HEADERS = "reset after headers"
    GONE_INSIDE_BODY = "closed inside the answer"
    RESET_INSIDE_BODY = "reset inside the answer"
    TOO_LATE = "delayed past the time-out"
    TOO_LATE_AFTER_HEADERS = "headers, then delayed past the time-out"
    DRIPPING = "dripping past the time-out"
    NO_HTTP = "an answer that is no HTTP"
    BROKEN = "500"
    BAD_GATEWAY = "502"
    HTML_BAD_GATEWAY = "502 in HTML"
    HTML = "200 in HTML"
    NOTHING = "200 and nothing"
    PAGE_FORBIDS = "403 in HTML"
    PAGE_WANTS_LOGIN = "401 in HTML"
    OTHER_JSON = "404 in JSON of another kind"
    REDIRECT = "302 to a sign-in page"
    SIGN_IN_FIRST = "511 in HTML"
    WITHOUT_ID = "200 without an id"
    CONTRADICTION = "429 that names a task"
    DEATH = "server death"


ANSWERED = frozenset({Way.WELL, Way.SLOWLY})
"""The service says yes: charged, and the id is known."""
NEVER_SENT = frozenset({Way.NO_CONNECTION, Way.NO_CONNECTION_IN_TIME, Way.NO_TLS})
"""Nothing went out: never charged, sent again by the program."""
PUT_OFF = frozenset({Way.TOO_MANY, Way.TOO_MANY_WITH_WAIT, Way.SIGN_IN_FIRST})
"""Refused for now, or not forwarded: never charged, sent again by the program."""
REFUSED = frozenset({Way.NOT_LIKED})
"""Refused for good: never charged, fails."""
UNFINISHED = frozenset({Way.CUT_WHILE_WRITING, Way.STUCK_WHILE_WRITING})
"""The service never had the whole request, which the program cannot know: never charged, unclear."""
CHARGED_WITHOUT_WORD = frozenset({Way.CONTRADICTION})
"""Charged, and the answer says no and yes."""
UNCLEAR = frozenset(Way) - ANSWERED - NEVER_SENT - PUT_OFF - REFUSED
"""The whole request may have arrived: nobody but the service knows whether it was charged."""
FAULTS = tuple(way for way in Way if way not in ANSWERED)
