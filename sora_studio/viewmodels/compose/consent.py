"""What the user has agreed to before a request is sent."""

from dataclasses import dataclass, replace

from sora_studio.domain.errors import BatchQuestion, RequestRepeated


@dataclass(frozen=True, slots=True)
class Consent:
    """`again`: the same request once more. `batch`: several paid tasks for the sum that was shown."""

    again: bool = False
    batch: bool = False

    def to(self, reason: RequestRepeated | BatchQuestion) -> "Consent":
        """Return this with what a question asks for, which holds once it is answered with yes."""
        return replace(self, again=True) if isinstance(reason, RequestRepeated) else replace(self, batch=True)


NO_CONSENT = Consent()
