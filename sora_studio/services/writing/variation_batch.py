"""Sends the rows of a prompt's table as one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, check_request
from sora_studio.domain.task import Task
from sora_studio.domain.writing.prompt_table import TableRow, request_of
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
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
        intent: Intent = NO_INTENT,
    ) -> list[Task]:
        """Add tasks for each row, in order, with the options and media of `request`, whose prompt the rows were made of.

        `takes` of each row are takes of one another; the rows are not.

        Raises like `Submission.submit`. What is wrong with a text names its row, counted from 1.
        """
        if not rows:
            return []
        self._check(request, rows)
        orders = [RequestRow(request_of(row, request), takes, intent) for row in rows]
        return await self._submission.submit_rows(orders, again=again, ask=ask, shown=shown)

    def _check(self, request: GenerationRequest, rows: Sequence[TableRow]) -> None:
        profile = self._profiles.get(request.model)
        problems = [
            replace(problem, message=f"Text {row.number + 1:,}: {problem.message}") if len(rows) > 1 else problem
            for row in rows
            if profile is not None
            for problem in check_request(request_of(row, request).completed(profile), profile)
            if problem.field == "prompt"
        ]
        if problems:
            raise InvalidRequest(problems)
