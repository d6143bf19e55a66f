"""The user's commands for requests: check, submit, cancel, and settle unclear tasks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sora_studio.domain.errors import (
    FolderSilent,
    InvalidRequest,
    KeyMissing,
    Problem,
    PublicUrlNeeded,
    RequestRepeated,
    TaskUnknown,
)
from sora_studio.domain.intent import NO_INTENT, Intent, Parent, ParentKind
from sora_studio.domain.longer import longest_version
from sora_studio.domain.models.build import input_digest
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.picture import picture_name
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.request import MAX_TASKS_AT_ONCE, GenerationRequest, as_draft, check_request, check_takes
from sora_studio.domain.task import Phase, Task, TaskState
from sora_studio.services.models.estimates import Estimates
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.attaching import Attaching, is_id
from sora_studio.services.tasks.batch_gate import BatchGate
from sora_studio.services.tasks.destinations import Destinations
from sora_studio.services.tasks.disk_space import DiskSpace
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.send_blocks import SendBlocks

_RESUBMITTABLE = frozenset({TaskState.UNKNOWN, TaskState.LOST, TaskState.FAILED, TaskState.CANCELLED, TaskState.SUCCESS})
_RETRIED_TOGETHER = frozenset({Phase.FAILED, Phase.EXPIRED, Phase.CANCELLED})
"""Phases of tasks that several of can be sent again at once: none of them may still cost something."""
REPEATED_WITHIN_S = 60.0
"""An equal request within this time is more likely an accident than intended."""
NO_RELAY = "No relay is set up, so the service has nowhere to report to. Set one up in Settings, or go without a report."

ONE_PICTURE = "A waiting task makes one clip. Keep one picture, or cancel and generate a clip of each."


@dataclass(frozen=True, slots=True)
class _Order:
    """A request, what is known of its media, and what belongs to its tasks besides."""

    request: GenerationRequest
    facts: Mapping[str, MediaFacts]
    intent: Intent
    first_shot: int = 0
    """Number of its first shot in the batch."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One of several independent requests that are submitted together."""

    request: GenerationRequest
    takes: int = 1
    intent: Intent = NO_INTENT


class Submission:
    """The commands. Their effect is on disk when they return; the owner of the data folder sends afterwards, in order."""

    def __init__(  # noqa: PLR0913 - each is a part that a command depends on
        self,
        core: Core,
        publishing: Publishing,
        send_blocks: SendBlocks,
        model_blocks: ModelBlocks,
        attaching: Attaching,
        estimates: Estimates,
        *,
        batch_gate: BatchGate,
        disk_space: DiskSpace,
        destinations: Destinations,
        has_key: Callable[[], bool],
        can_report: Callable[[], bool],
        is_online: Callable[[], bool],
    ) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._publishing = publishing
        self._send_blocks = send_blocks
        self._model_blocks = model_blocks
        self._batch_gate = batch_gate
        self._disk_space = disk_space
        self._destinations = destinations
        self._attaching = attaching
        self._estimates = estimates
        self._has_key = has_key
        self._can_report = can_report
        self._is_online = is_online
        self._resubmitted_at = dict[int, float]()

    async def submit(
        self,
        request: GenerationRequest,
        *,
        takes: int = 1,
        again: bool = False,
        ask: bool = False,
        instead_of: int | None = None,
        shown: Mapping[str, str] | None = None,
        intent: Intent = NO_INTENT,
    ) -> list[Task]:
        """Add waiting tasks in one transaction: `takes` for each picture (or group of pictures that the model takes at once).

        An address that cannot be checked is refused, except offline: then it is checked before it is sent. A file that differs
        from its digest in `shown` is refused, now or when its task is sent.

        Raises `InvalidRequest`, `PublicUrlNeeded`, `KeyMissing` or `StorageFull`; for several tasks `BatchBlocked` and, with
        `ask`, `BatchQuestion` (see `judge_batch`); and, without `again`, `RequestRepeated` if any process submitted an equal
        request within the last minute. Then no task is added, and none either if the unclear task that it replaces
        (`instead_of`) is no longer unclear.
        """
        problems, facts = await self._inspect(request, takes, patient=not self._is_online())
        return await self._add(
            [_Order(request, facts, intent)],
            problems,
            takes=takes,
            again=again,
            ask=ask,
            instead_of=instead_of,
            shown=shown or {},
        )

    async def submit_together(
        self,
        requests: Sequence[GenerationRequest],
        *,
        takes: int = 1,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
        intent: Intent = NO_INTENT,
    ) -> list[Task]:
        """Add the tasks of several models' requests like `submit`, as one batch in one transaction: all or none.

        The requests make takes of one another: `takes` of each, and several pictures are so many shots. Raises like `submit`;
        the error names the model in question, unless it concerns all of them.
        """
        patient = not self._is_online()
        found = await asyncio.gather(*(self._inspect(request, 1, patient=patient) for request in requests))
        pairs = list(zip(requests, found, strict=True))
        problems = [self._naming_model(problem, request) for request, (problems, _) in pairs for problem in problems]
        orders = [_Order(request, facts, intent) for request, (_, facts) in pairs]
        if not problems:
            problems = check_takes(takes, sum(len(self._parts(request)) for request in requests))
        try:
            return await self._add(orders, problems, takes=takes, again=again, ask=ask, instead_of=None, shown=shown or {})
        except RequestRepeated as repeated:
            earlier = await self._task_writer.tasks.get(repeated.task)
            profile = self._core.profiles.get(earlier.request.model) if earlier else None
            title = profile.title if profile else ""
            raise RequestRepeated(seconds_ago=repeated.seconds_ago, task=repeated.task, model=title) from repeated

    async def submit_rows(
        self,
        rows: Sequence[RequestRow],
        *,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
    ) -> list[Task]:
        """Add the tasks of independent requests like `submit`, as one batch in one transaction: all or none, in their order."""
        patient = not self._is_online()
        found = await asyncio.gather(*(self._inspect(row.request, row.takes, patient=patient) for row in rows))
        problems = list(dict.fromkeys(problem for problems, _ in found for problem in problems))
        if not problems:
            problems = check_takes(1, sum(row.takes * len(self._parts(row.request)) for row in rows))
        orders = [
            _Order(row.request, facts, row.intent, number * MAX_TASKS_AT_ONCE)
            for number, (row, (_, facts)) in enumerate(zip(rows, found, strict=True))
            for _ in range(row.takes)
        ]
        return await self._add(orders, problems, takes=1, again=again, ask=ask, instead_of=None, shown=shown or {})

    async def check(self, request: GenerationRequest, *, takes: int = 1) -> tuple[Problem, ...]:
        """Validate without submitting."""
        problems, _ = await self._inspect(request, takes, patient=True)
        if not self._publishing.reaches(request):
            problems.append(Problem("images", PublicUrlNeeded().sentence))
        return tuple(problems)

    async def prepare_one(self, request: GenerationRequest, *, shown: Mapping[str, str]) -> PreparedRequest:
        """Check and price the request of one task, like `submit`; nothing is added. Raises like it."""
        problems, facts = await self._inspect(request, 1, patient=not self._is_online())
        if not problems and len(self._parts(request)) > 1:
            problems.append(Problem("images", ONE_PICTURE))
        (prepared,) = await self._prepare([_Order(request, facts, NO_INTENT)], problems, shown=shown)
        return prepared

    async def cancel(self, task: int) -> bool:
        """Cancel a waiting task; return whether it was in time."""
        return await self._task_writer.transition(task, TaskState.CANCELLED, trouble=None)

    async def look_up(self, task: int, task_id: str) -> RemoteStatus:
        """Return the service's status of an id that may be this task's.

        Raises `TaskUnknown`, or like `GatewayClient.status`.
        """
        row = await self._task_writer.tasks.get(task)
        if row is None or not is_id(task_id.strip()):
            raise TaskUnknown
        profile = self._core.profile_of(row.request.model)
        return await self._core.gateway.status(profile, task_id.strip(), urgent=True)

    async def attach(self, task: int, task_id: str) -> bool:
        """Give an unclear task the id that the user found at the service; it is followed from then on.

        Return False if the task is not unclear, the id is not valid, or another task has it already.
        """
        return await self._attaching.attach(task, task_id)

    async def resubmit(self, task: int) -> list[Task]:
        """Submit the request again with the same picture contents, at a new charge.

        An unclear task leaves the list. A second call adds nothing, nor does any call if the old task was found meanwhile.
        Raises like `submit`; `RequestRepeated` only if this very task was resubmitted within the last minute.
        """
        row = await self._task_writer.tasks.get(task)
        if row is None or row.state not in _RESUBMITTABLE:
            return []
        now = self._core.clock.monotonic()
        if (ago_s := now - self._resubmitted_at.get(task, float("-inf"))) < REPEATED_WITHIN_S:
            if row.state.is_unclear:  # it is being replaced already
                return []
            raise RequestRepeated(seconds_ago=ago_s, task=task)
        self._resubmitted_at[task] = now
        try:
            request = replace(row.request, callback=row.request.callback and self._can_report())
            instead_of = task if row.state.is_unclear else None
            added = await self.submit(
                request, again=True, instead_of=instead_of, shown=row.request.seen, intent=_intent_of(row, ParentKind.AGAIN)
            )
        except BaseException:
            del self._resubmitted_at[task]
            raise
        if not added:
            del self._resubmitted_at[task]
        return added

    async def submit_longest(self, task: int, *, ask: bool = False) -> list[Task]:
        """Submit the longest version of a task (see `longest_version`), at a new charge; nothing if there is none.

        Raises like `submit`.
        """
        row = await self._task_writer.tasks.get(task)
        profile = self._core.profiles.get(row.request.model) if row else None
        version = longest_version(row.request, profile) if row and profile else None
        if row is None or version is None:
            return []
        request = replace(version, callback=version.callback and self._can_report())
        return await self.submit(request, ask=ask, shown=row.request.seen, intent=_intent_of(row, ParentKind.LONGER))

    async def resubmit_failed(self, tasks: Sequence[int], *, ask: bool = False) -> list[Task]:
        """Submit again what failed, expired or was cancelled among these tasks, as one batch: all or none, at a new charge.

        Tasks that succeeded or may have been charged are left alone, and so are those that were resubmitted within the last
        minute. Raises like `submit`, but no `RequestRepeated`.
        """
        now = self._core.clock.monotonic()
        rows = [
            row
            for row in await self._task_writer.tasks.get_many(dict.fromkeys(tasks))
            if row.phase in _RETRIED_TOGETHER and now - self._resubmitted_at.get(row.id, float("-inf")) >= REPEATED_WITHIN_S
        ]
        if not rows:
            return []
        can_report = self._can_report()
        requests = [replace(row.request, callback=row.request.callback and can_report) for row in rows]
        self._resubmitted_at |= {row.id: now for row in rows}
        try:
            return await self._resubmit_all(requests, [_intent_of(row, ParentKind.AGAIN) for row in rows], ask=ask)
        except BaseException:
            for row in rows:
                del self._resubmitted_at[row.id]
            raise

    async def _resubmit_all(self, requests: Sequence[GenerationRequest], intents: Sequence[Intent], *, ask: bool) -> list[Task]:
        patient = not self._is_online()
        found = await asyncio.gather(*(self._inspect(request, 1, patient=patient) for request in requests))
        pairs = zip(requests, found, strict=True)
        problems = [self._naming_model(problem, request) for request, (problems, _) in pairs for problem in problems]
        problems += check_takes(1, len(requests))
        shown, changed = _seen_together(requests)
        words = "was sent with different contents. Retry those tasks one by one."
        problems += [Problem("images", f"{picture_name(file)} {words}", file) for file in changed]
        orders = [_Order(request, facts, intent) for request, (_, facts), intent in zip(requests, found, intents, strict=True)]
        return await self._add(orders, problems, takes=1, again=True, ask=ask, instead_of=None, shown=shown, are_shots=True)

    async def discard(self, task: int) -> bool:
        """Remove an unclear or lost task from the list."""
        row = await self._task_writer.tasks.get(task)
        if row is None or not row.state.is_unclear:
            return False
        return await self._task_writer.record(task, removed_at=self._core.clock.now())

    def resume(self) -> None:
        """Retry sending after the account ran out of credit."""
        self._send_blocks.credit_returned()

    async def _add(
        self,
        orders: Sequence[_Order],
        problems: Sequence[Problem],
        *,
        takes: int,
        again: bool,
        ask: bool,
        instead_of: int | None,
        shown: Mapping[str, str],
        are_shots: bool = False,
    ) -> list[Task]:
        """Add the tasks of the orders, all or none; see `submit`. `are_shots`: none is a take of another."""
        prepared = await self._prepare(orders, problems, shown=shown)
        intents = [await self._destinations.complete(one.intent) for one in prepared]
        for folder, count in Counter(intent.output_dir for intent in intents).items():
            await self._disk_space.check(takes * count, folder)
        profiles = self._core.profiles
        prices = [one.price for one in prepared]
        self._batch_gate.check(prices * takes, (profiles[one.request.model] for one in prepared), ask=ask)
        added = await self._task_writer.add(
            [one.request for one in prepared],
            gateway=self._core.gateway_name,
            takes=takes,
            shots=[] if are_shots else [one.shot for one in prepared],
            input_digests=[one.input_digest for one in prepared],
            estimated_usd=[one.estimated_usd for one in prepared],
            estimated_most_usd=[one.estimated_most_usd for one in prepared],
            repeat_after=None if again else timedelta(seconds=REPEATED_WITHIN_S),
            instead_of=instead_of,
            intents=intents,
        )
        for model in {task.request.model for task in added}:  # sending to a refused model asks whether it still is
            self._model_blocks.retry(model)
        return added

    async def _prepare(
        self, orders: Sequence[_Order], problems: Sequence[Problem], *, shown: Mapping[str, str]
    ) -> list[PreparedRequest]:
        """Return what a take of each request makes, with its price. Raises like `submit`."""
        if problems:
            raise InvalidRequest(problems)
        requests = [order.request for order in orders]
        if not all(map(self._publishing.reaches, requests)):
            raise PublicUrlNeeded
        if not self._has_key():
            raise KeyMissing
        seen = await _seen(dict.fromkeys(file for request in requests for file in request.files), shown)
        parts = [
            (shot, part, order)
            for order in orders
            for shot, part in enumerate(
                self._parts(replace(order.request, seen={file: seen[file] for file in order.request.files})), order.first_shot
            )
        ]
        profiles = self._core.profiles
        # Before anything is awaited: a profile may change meanwhile.
        digests = [input_digest(as_draft(part, profiles[part.model]), profiles[part.model]) for _, part, _ in parts]
        await self._estimates.load()
        return [
            PreparedRequest(
                part,
                digest,
                self._estimates.estimate(part, profiles[part.model], order.facts).price,
                shot=shot,
                intent=order.intent,
            )
            for digest, (shot, part, order) in zip(digests, parts, strict=True)
        ]

    def _parts(self, request: GenerationRequest) -> list[GenerationRequest]:
        """Return the completed requests, one for each task of a take."""
        profile = self._core.profiles[request.model]
        return [part.completed(profile) for part in request.split(profile)]

    def _naming_model(self, problem: Problem, request: GenerationRequest) -> Problem:
        profile = self._core.profiles.get(request.model)
        return replace(problem, message=f"{profile.title}: {problem.message}") if profile else problem

    async def _inspect(
        self, request: GenerationRequest, takes: int, *, patient: bool
    ) -> tuple[list[Problem], Mapping[str, MediaFacts]]:
        """Return what is wrong with a request, and what is known of its media."""
        profile = self._core.profiles.get(request.model)
        if profile is None:
            return [Problem("model", f"There is no model {request.model!r}.")], {}
        parts = self._parts(request)
        found = [problem for part in parts for problem in check_request(part, profile)]
        if request.callback and not self._can_report():
            found.append(Problem("callback", NO_RELAY))
        found.extend(check_takes(takes, len(parts)))
        if len(parts) > MAX_TASKS_AT_ONCE:
            return list(dict.fromkeys(found)), {}
        media = await self._publishing.inspect(request, profile, patient=patient)
        return list(dict.fromkeys([*found, *media.problems])), media.facts


def _intent_of(row: Task, kind: ParentKind) -> Intent:
    """Return the intent of a task that comes from another one: the same document, project and folder."""
    return Intent(row.document, row.project, row.output_dir, Parent(row.id, kind))


def _seen_together(requests: Iterable[GenerationRequest]) -> tuple[dict[str, str], list[str]]:
    """Return the digests of all files as they were sent, and the files that were sent with different contents."""
    seen, changed = dict[str, str](), list[str]()
    for file, digest in (pair for request in requests for pair in request.seen.items()):
        if seen.setdefault(file, digest) != digest:
            changed.append(file)
    return seen, list(dict.fromkeys(changed))


async def _seen(files: Iterable[str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of local pictures.

    Raises `InvalidRequest` if one differs from what was shown, or its folder does not answer.
    """
    wanted = list(files)
    seen = dict(zip(wanted, await asyncio.gather(*map(_digest_of, wanted)), strict=True))
    changed = [file for file in seen if (shown.get(file) or seen[file]) != seen[file]]
    if changed:
        words = "has changed since it was shown. Check it in the editor, then send it again."
        raise InvalidRequest([Problem("images", f"{picture_name(file)} {words}", file) for file in changed])
    return seen


async def _digest_of(file: str) -> str:
    try:
        return await digest_of(Path(file))
    except FolderSilent as silent:
        raise InvalidRequest([Problem("images", silent.title, file)]) from silent
