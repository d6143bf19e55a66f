"""The simulated service itself: accounts, limits, tasks and their planned courses. No HTTP and no waiting here."""

import math
import random
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sora_studio.simulator.folder import Folder
from sora_studio.simulator.limits import RequestWindow
from sora_studio.simulator.links import FILM_KEPT_S, result_url
from sora_studio.simulator.markers import CONTENT_VIOLATION, clip_count, fail_code
from sora_studio.simulator.model import ASSUMED_INPUT_S, MediaField, MediaKind, Mode, Model
from sora_studio.simulator.models import MODELS
from sora_studio.simulator.order import Order, read_order
from sora_studio.simulator.scenarios import SCENARIOS, Scenario
from sora_studio.simulator.task import RemoteTask, State
from sora_studio.simulator.wire import Refusal

REFUSED_KEY, EMPTY_KEY, LIMITED_KEY = "refused", "empty", "limited"
START_BALANCE_USD = 100.0


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment for a task."""

    task_id: str
    prompt: str
    usd: float
    at: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Options of this simulator. With `keys`, only these are accepted. With `film_edge_px`, films have that shorter edge."""

    speed: float = 1.0
    scenario: Scenario = SCENARIOS["calm"]
    seed: int = 0
    balance_usd: float = START_BALANCE_USD
    keys: Sequence[str] = ()
    film_edge_px: int | None = None
    retired: Sequence[str] = ()
    """Models that are no longer offered."""


class Service:
    """Implements the protocol's three endpoints; raises `Refusal`. `clock` returns Unix seconds."""

    def __init__(self, terms: Terms, folder: Folder, clock: Callable[[], float] = time.time) -> None:
        self.terms, self.folder, self.clock = terms, folder, clock
        self.tasks: dict[str, RemoteTask] = {}
        self.charges: list[Charge] = []
        self.retired = set(terms.retired)
        self.links_valid_from = self.films_valid_from = 0.0
        self._rng = random.Random(f"tasks {terms.seed}")  # noqa: S311 - simulated chance, not a secret
        self._windows = dict[tuple[str, str], RequestWindow]()
        self._running = defaultdict[str, list[str]](list)
        self._takes = Counter[Order]()

    def create(self, key: str, slug: str, body: Callable[[], object], address: str) -> RemoteTask:
        """Accept and charge a task. `body` is read after all other checks; `address` is the one that the client used."""
        model = self._admit(key, slug)
        if slug in self.retired:
            raise Refusal(404, f"The model {slug!r} is no longer available", error="MODEL_UNAVAILABLE")
        order = read_order(body(), model)
        self._check_concurrency(model)
        length_s = order.duration_s + (ASSUMED_INPUT_S if order.timed_by else 0)
        price_usd = _price_usd(order, length_s)
        if self.balance_usd(key) < price_usd:
            raise Refusal(402, "The account has no credit left", error="INSUFFICIENT_CREDITS")
        task = self._plan(order, model.times.of(length_s), price_usd, address)
        self.keep(task)
        self.charges.append(Charge(task.id, order.prompt, price_usd, task.accepted_at))
        self._running[model.slug].append(task.id)
        self._takes[order] += 1
        return task

    def status(self, key: str, slug: str, task_id: str, address: str) -> dict[str, object]:
        """Return `data` of the status answer, with new links to the client's address: an old task may have another port."""
        self._admit(key, slug)
        task = self.find(task_id)
        if task is None or task.order.model != slug:
            raise Refusal(404, "The task does not exist")
        return self.report(replace(task, address=address))

    def report(self, task: RemoteTask) -> dict[str, object]:
        """Return the same data for a callback."""
        now = self.clock()
        return task.report(now, [result_url(task.address, task.id, index, now) for index in range(task.clips)])

    def balance(self, key: str) -> float:
        """Return the balance in US dollars; raises 401."""
        self.check_key(key)
        return self.balance_usd(key)

    def balance_usd(self, key: str) -> float:
        """Return the initial balance less the charges of all tasks that have not failed."""
        if key == EMPTY_KEY:
            return 0.0
        now = self.clock()
        spent = sum(charge.usd for charge in self.charges if self.tasks[charge.task_id].state(now) is not State.FAILED)
        return round(self.terms.balance_usd - spent, 2)

    def check_key(self, key: str) -> None:
        """Raise 401 for a key that is not accepted."""
        if not key or key == REFUSED_KEY or (self.terms.keys and key not in self.terms.keys):
            raise Refusal(401, "Missing or invalid API key", error="UNAUTHORIZED")

    def find(self, task_id: str) -> RemoteTask | None:
        """Return a task of this simulator, or of another on the same folder."""
        return self.tasks.get(task_id) or self.folder.load(task_id)

    def film_of(self, task_id: str, index: int) -> RemoteTask:
        """Return the task of a film; raises 404 when there is none or it has been deleted."""
        now, task = self.clock(), self.find(task_id)
        if task is None or index >= task.clips or task.state(now) is not State.SUCCESS:
            raise Refusal(404, "There is no such film")
        if task.ends_at < max(now - FILM_KEPT_S, self.films_valid_from):
            raise Refusal(404, "The film is no longer kept")
        return task

    def keep(self, task: RemoteTask) -> None:
        """Save a task's newest version."""
        self.tasks[task.id] = task
        self.folder.save(task)

    def picture_limits(self, task: RemoteTask) -> MediaField:
        """Return what the pictures of a task must be."""
        media = _mode(task.order).media
        return next((field for field in media if field.kind is MediaKind.IMAGE), MediaField("image_urls", MediaKind.IMAGE))

    def has_media(self, task_id: str, *, picture: str | None, shape: tuple[int, int] | None, input_s: float | None) -> None:
        """Record what has been fetched for a task. One that is paid by its input's length gets its final price."""
        task = replace(self.tasks[task_id], picture=picture, shape=shape)
        if task.order.timed_by is not None:
            task = replace(task, input_s=ASSUMED_INPUT_S if input_s is None else input_s)
            task = replace(task, price_usd=_price_usd(task.order, task.length_s))
            self.charges = [replace(one, usd=task.price_usd) if one.task_id == task_id else one for one in self.charges]
        self.keep(task)

    def fail(self, task_id: str, code: str) -> None:
        """End a task as failed."""
        self.keep(self.tasks[task_id].failing(code, self.clock()))

    def adopt(self) -> list[RemoteTask]:
        """Load all tasks from the folder at the start, and return those with unfinished work."""
        for task in self.folder.load_all():
            self.tasks[task.id] = task
            self._running[task.order.model].append(task.id)
            self._takes[task.order] += 1
        return [task for task in self.tasks.values() if task.waits_for_media or _owes_callback(task)]

    def retire(self, slug: str) -> None:
        """Offer a model no longer; accepted tasks go on. Raises 404 for an unknown model."""
        if slug not in MODELS:
            raise Refusal(404, f"There is no model {slug!r}")
        self.retired.add(slug)

    def offered(self) -> list[Model]:
        """Return the models that have not been retired."""
        return [model for model in MODELS.values() if model.slug not in self.retired]

    def expire_links(self) -> None:
        """Make every link handed out so far answer 410; new ones work."""
        self.links_valid_from = self.clock()

    def expire_films(self) -> None:
        """Delete every film finished so far: new links answer 404 too."""
        self.films_valid_from = self.clock()

    def _admit(self, key: str, slug: str) -> Model:
        self.check_key(key)
        model = MODELS.get(slug)
        if model is None:
            raise Refusal(404, f"There is no model {slug!r}")
        if key == LIMITED_KEY and slug != "sora-2":
            raise Refusal(403, f"This key may not use {slug}", error="FORBIDDEN")
        window = self._windows.setdefault((key, slug), RequestWindow(model.requests_per_minute))
        window.admit(self.clock())
        return model

    def _check_concurrency(self, model: Model) -> None:
        now = self.clock()
        running = [task_id for task_id in self._running[model.slug] if not self.tasks[task_id].is_over(now)]
        self._running[model.slug] = running
        if len(running) >= model.concurrent_tasks:
            wait_s = math.ceil(min(self.tasks[task_id].ends_at for task_id in running) - now)
            message = f"Limit of {model.concurrent_tasks} concurrent tasks reached"
            raise Refusal(429, message, retry_after_s=max(wait_s, 1))

    def _plan(self, order: Order, usual_times_s: tuple[float, float], price_usd: float, address: str) -> RemoteTask:
        now, scenario = self.clock(), self.terms.scenario
        usual_s = self._rng.uniform(*usual_times_s)
        lasts_s = usual_s * self._rng.uniform(*scenario.slowness) / self.terms.speed
        return RemoteTask(
            id=secrets.token_hex(16),
            order=order,
            address=address,
            accepted_at=now,
            starts_at=now + lasts_s * self._rng.uniform(0.05, 0.15),
            ends_at=now + lasts_s,
            price_usd=price_usd,
            clips=clip_count(order.prompt),
            take=self._takes[order],
            fail_code=CONTENT_VIOLATION if scenario.rejects else fail_code(order.prompt),
        )


def _mode(order: Order) -> Mode:
    return MODELS[order.model].mode(dict(order.values))


def _price_usd(order: Order, length_s: float) -> float:
    price = _mode(order).price or MODELS[order.model].price
    return price.of(dict(order.values), length_s)


def _owes_callback(task: RemoteTask) -> bool:
    return task.order.callback_url is not None and not task.called_back
