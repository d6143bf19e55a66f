"""A request that has been checked and priced, as a task keeps it."""

from dataclasses import dataclass

from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.request import GenerationRequest


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """The request of one task. `shot` groups takes of the same; `input_digest` is that of what would be sent now."""

    request: GenerationRequest
    input_digest: str = ""
    price: PriceEstimate | None = None
    shot: int = 0
    intent: Intent = NO_INTENT

    @property
    def estimated_usd(self) -> float | None:
        """The usual price; None if it is not known."""
        return self.price.usd if self.price else None

    @property
    def estimated_most_usd(self) -> float | None:
        """The high end of the price; None if it is not known."""
        return self.price.high_usd if self.price else None
