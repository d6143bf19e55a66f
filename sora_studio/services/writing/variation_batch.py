"""Sends the rows of a prompt's table as one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.intent import NO_INTENT, Intent, Parent, ParentKind
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, check_request
from sora_studio.domain.task import Task
from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.services.tasks.submission import RequestRow, Submission


class VariationBatch:
    """Makes tasks of the rows that are ticked: all or none, through the gate for batches."""

    def __init__(self, profiles: Mapping[str, ModelProfile], submission: Submission) -> None:
        self._profiles = profiles
        self._submission = submission

    async def send(
        self,
        request: GenerationRequest,
        rows: Sequence[TableRow],
        *,
        takes: int = 1,
        varied: int | None = None,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
        intent: Intent = NO_INTENT,
    ) -> list[Task]:
        """Add tasks for each row, in order, with the options and media of `request`: `takes` of each, which are takes of one
        another; the rows are not. `varied` is the task that is varied; the new ones name it as theirs.

        Raises like `Submission.submit`. What is wrong with a text names its row, counted from 1.
        """
        if not rows:
            return []
        self._check(request, rows)
        if varied is not None:
            intent = replace(intent, parent=Parent(varied, ParentKind.VARIATION))
        orders = [RequestRow(replace(request, prompt=row.text), takes, intent) for row in rows]
        return await self._submission.submit_rows(orders, again=again, ask=ask, shown=shown)

    def _check(self, request: GenerationRequest, rows: Sequence[TableRow]) -> None:
        profile = self._profiles.get(request.model)
        problems = [
            replace(problem, message=f"Text {row.number + 1:,}: {problem.message}")
            for row in rows
            if profile is not None
            for problem in check_request(replace(request, prompt=row.text).completed(profile), profile)
            if problem.field == "prompt"
        ]
        if problems:
            raise InvalidRequest(problems)
