"""A service that charges when a request has arrived, and keeps books that the oracle reads."""

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.faults.ways import ANSWERED, CHARGED_WITHOUT_WORD, PUT_OFF, REFUSED, UNFINISHED, Way

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
JSON_TYPE = {"Content-Type": "application/json"}
HTML_TYPE = {"Content-Type": "text/html"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, before anything cuts it."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON_TYPE))

    @property
    def all_headers(self) -> dict[str, str]:
        """With the length of what follows."""
        return {**self.headers, "Content-Length": str(len(self.body))}

    @property
    def head(self) -> bytes:
        """Status line and headers as they go over the wire."""
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in self.all_headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass
class Books:
    """`tries` are the ways that each prompt's creates went, `charges` the ids that each prompt was charged for."""

    rng: random.Random
    retry_after_s: int = 20
    tries: defaultdict[str, list[Way]] = field(default_factory=lambda: defaultdict[str, list[Way]](list))
    charges: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    asked: set[str] = field(default_factory=set[str])
    """The tasks whose status was asked for."""
    status_data: dict[str, object] = field(default_factory=lambda: {"state": "processing"})

    @property
    def ids(self) -> set[str]:
        """Every task that the service has."""
        return {task_id for ids in self.charges.values() for task_id in ids}

    def note(self, body: bytes, way: Way) -> None:
        """A create goes this way."""
        self.tries[_prompt(body)].append(way)

    def note_death(self, body: bytes) -> None:
        """The service died over a create that had been meant to go another way."""
        self.tries[_prompt(body)][-1] = Way.DEATH

    def create(self, body: bytes, way: Way) -> Reply:
        """Take a whole create and charge for it, always, never or sometimes, as the way has it."""
        task_id = self._charge(_prompt(body)) if self._charges(way) else ""
        if way is Way.TOO_MANY_WITH_WAIT:
            return Reply(429, RATE_LIMIT.body, {**JSON_TYPE, "Retry-After": str(self.retry_after_s)})
        if way is Way.CONTRADICTION:
            return _envelope(429, {"taskId": task_id}, "rate limit")
        return _REPLIES.get(way) or _envelope(200, {"taskId": task_id}, "success")

    def question(self, target: str, way: Way) -> Reply:
        """Answer a question about a task or the balance."""
        if way in _REPLIES:
            return _REPLIES[way]
        parts = urlsplit(target)
        if "statusTask" not in parts.path:
            return _envelope(200, 74.87, "success")
        task_id = parse_qs(parts.query)["taskId"][0]
        self.asked.add(task_id)
        if task_id not in self.ids:
            return _envelope(404, None, "no such task")
        return _envelope(200, {"taskId": task_id, **self.status_data}, "success")

    def _charges(self, way: Way) -> bool:
        if way in ANSWERED | CHARGED_WITHOUT_WORD:
            return True
        return way not in PUT_OFF | REFUSED | UNFINISHED and self.rng.random() < 0.7

    def _charge(self, prompt: str) -> str:
        task_id = f"{self.rng.getrandbits(128):032x}"
        self.charges[prompt].append(task_id)
        return task_id


def _prompt(body: bytes) -> str:
    prompt: str = json.loads(body)["input"]["prompt"]
    return prompt


def _envelope(code: int, data: object, message: str) -> Reply:
    return Reply(code, json.dumps({"code": code, "message": message, "data": data}).encode())


RATE_LIMIT = _envelope(429, None, "rate limit")
_REPLIES = {
    Way.TOO_MANY: RATE_LIMIT,
    Way.NOT_LIKED: _envelope(400, None, "prompt: not like this"),
    Way.BROKEN: _envelope(500, None, "internal error"),
    Way.BAD_GATEWAY: Reply(502, b"", {}),
    Way.HTML_BAD_GATEWAY: Reply(502, HTML, HTML_TYPE),
    Way.HTML: Reply(200, HTML, HTML_TYPE),
    Way.NOTHING: Reply(200, b"", {}),
    Way.PAGE_FORBIDS: Reply(403, HTML, HTML_TYPE),
    Way.PAGE_WANTS_LOGIN: Reply(401, HTML, HTML_TYPE),
    Way.OTHER_JSON: Reply(404, b'{"detail": "Not Found"}'),
    Way.REDIRECT: Reply(302, b"", {"Location": "http://portal.example/sign-in"}),
    Way.SIGN_IN_FIRST: Reply(511, HTML, HTML_TYPE),
    Way.WITHOUT_ID: _envelope(200, {}, "success"),
}
