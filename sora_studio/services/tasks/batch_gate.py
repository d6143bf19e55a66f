"""Applies the batch gate with today's spending, the balance and the tasks that run."""

from collections.abc import Callable, Iterable, Sequence

from sora_studio.domain.batch_gate import Gate, Judgement, Means, judge_batch
from sora_studio.domain.errors import BatchBlocked, BatchQuestion
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.services.money.balance import Balance
from sora_studio.services.money.spending import Spending
from sora_studio.services.tasks.task_counts import TaskCounts


class BatchGate:
    """Checks each batch before its tasks are created."""

    def __init__(
        self, spending: Spending, balance: Balance, task_counts: TaskCounts, ask_above_usd: Callable[[], float]
    ) -> None:
        self._spending = spending
        self._balance = balance
        self._task_counts = task_counts
        self._ask_above_usd = ask_above_usd

    def judge(self, prices: Sequence[PriceEstimate | None], models: Iterable[ModelProfile]) -> Judgement:
        """Judge a batch of these models' tasks, by the price of each."""
        profiles = {profile.slug: profile for profile in models}
        means = Means(
            ask_above_usd=self._ask_above_usd(),
            day_limit_usd=self._spending.limit_usd,
            committed_usd=self._spending.committed_usd,
            balance_usd=self._balance.usd,
            places=sum(profile.limits.concurrent_tasks for profile in profiles.values()),
            taken=sum(map(self._task_counts.running_of, profiles)),
        )
        return judge_batch(prices, means)

    def check(self, prices: Sequence[PriceEstimate | None], models: Iterable[ModelProfile], *, ask: bool) -> None:
        """Raise `BatchBlocked` if the batch may not be created; with `ask`, `BatchQuestion` if the user has to confirm it."""
        judgement = self.judge(prices, models)
        if judgement.gate is Gate.BLOCKED:
            raise BatchBlocked(judgement.summary, " ".join(judgement.reasons))
        if ask and judgement.gate is Gate.CONFIRM:
            raise BatchQuestion(judgement.tasks, judgement.summary, " ".join(judgement.reasons))
