"""Fault scenarios: how often things go wrong. Every draw comes from one seeded random source, so a run can be repeated."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """Shares of all requests of a kind, 0 to 1; times are ranges in seconds of real time."""

    name: str
    summary: str
    errors: float = 0.0
    """Answered with 500, 502, 503 or 504, often not as JSON, before anything is done."""
    drops_before: float = 0.0
    """The connection ends without an answer; nothing was done."""
    drops_after: float = 0.0
    """The connection ends without an answer after the work was done: a create was charged."""
    rate_limits: float = 0.0
    """429, every second one without Retry-After."""
    cuts: float = 0.0
    """A film's connection ends partway."""
    rejects: bool = False
    """Every task fails with CONTENT_VIOLATION."""
    slowness: tuple[float, float] = (1.0, 1.0)
    """Range of factors for the usual generation time."""
    answer_delay_s: tuple[float, float] = (0.0, 0.0)
    callbacks_astray: bool = False
    """Callbacks are lost, duplicated, late and so out of order, or sent before their task has ended."""


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("calm", "everything works"),
        Scenario("flaky", "server errors and lost answers", errors=0.12, drops_before=0.07, drops_after=0.07),
        Scenario("rate-limited", "429 again and again", rate_limits=0.35),
        Scenario("reject", "every task fails", rejects=True),
        Scenario("cut-download", "films arrive in pieces", cuts=0.7),
        Scenario("slow", "long generation, slow answers", slowness=(2.0, 4.0), answer_delay_s=(0.4, 2.0)),
        Scenario(
            "callbacks-astray",
            "callbacks get lost, come twice, late or too early; so do some answers to creates",
            drops_after=0.1,
            callbacks_astray=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that the service itself never sends, such as a proxy's."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request. `cut_after` is the share of a body that still arrives."""

    delay_s: float = 0.0
    answer: Answer | None = None
    drop_before: bool = False
    drop_after: bool = False
    cut_after: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happens to one task's callback: how often and how late it is sent, in simulated seconds, and whether one goes out
    already when the task begins.
    """

    copies: int = 1
    late_s: float = 0.0
    early: bool = False


_HTML = (b"content-type", b"text/html")
_PROXY_PAGE = b"<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
_ERRORS = (
    Answer(500, b'{"code": 500, "message": "Internal error", "data": null}', ((b"content-type", b"application/json"),)),
    Answer(502, _PROXY_PAGE, (_HTML,)),
    Answer(503, b"", ((b"retry-after", b"2"),)),
    Answer(504, b"upstream timed out", ((b"content-type", b"text/plain"),)),
)
_LIMITED_BODY = b'{"code": 429, "message": "Too many requests", "data": null}'


def draw_fault(scenario: Scenario, rng: random.Random, *, is_film: bool) -> Fault:
    """Draw the fault of the next request. Film requests can only be cut, and no others are."""
    delay_s = rng.uniform(*scenario.answer_delay_s)
    lot = rng.random()
    if is_film:
        return Fault(delay_s=delay_s, cut_after=rng.uniform(0.1, 0.8) if lot < scenario.cuts else None)
    for share, fault in (
        (scenario.errors, Fault(delay_s=delay_s, answer=rng.choice(_ERRORS))),
        (scenario.drops_before, Fault(delay_s=delay_s, drop_before=True)),
        (scenario.drops_after, Fault(delay_s=delay_s, drop_after=True)),
        (scenario.rate_limits, Fault(delay_s=delay_s, answer=_limited(rng))),
    ):
        if lot < share:
            return fault
        lot -= share
    return Fault(delay_s=delay_s)


LONGEST_DELAY_S = 120.0


def draw_delivery(scenario: Scenario, rng: random.Random) -> Delivery:
    """Draw what happens to the next callback. Of five with a fault: one lost, one doubled, one late, one early, one all."""
    if not scenario.callbacks_astray:
        return Delivery()
    late_s = rng.uniform(0.0, LONGEST_DELAY_S)
    fates = (
        Delivery(copies=0),
        Delivery(copies=2),
        Delivery(late_s=late_s),
        Delivery(early=True),
        Delivery(copies=2, late_s=late_s, early=True),
    )
    return rng.choice(fates)


def _limited(rng: random.Random) -> Answer:
    headers = [(b"content-type", b"application/json")]
    if rng.random() < 0.5:
        headers.append((b"retry-after", str(rng.randint(1, 2)).encode()))
    return Answer(429, _LIMITED_BODY, tuple(headers))
