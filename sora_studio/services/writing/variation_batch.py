"""Sends the rows of a prompt's table as one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.intent import NO_INTENT, Intent, Parent, ParentKind
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task
from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.services.tasks.submission import Submission


class VariationBatch:
    """Makes tasks of the rows that are ticked: all or none, through the gate for batches."""

    def __init__(self, submission: Submission) -> None:
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
        """Add `takes` tasks for each row, in order, with the options and media of `request`.

        `varied` is the task that is varied; the new ones name it as theirs. Raises like `Submission.submit_variations`.
        """
        if varied is not None:
            intent = replace(intent, parent=Parent(varied, ParentKind.VARIATION))
        prompts = [row.text for row in rows]
        return await self._submission.submit_variations(
            request, prompts, takes=takes, again=again, ask=ask, shown=shown, intent=intent
        )
