"""What all services share: the outer floors as ports, and the facts of this run."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.public_addresses import is_public_url
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor

if TYPE_CHECKING:
    from sora_studio.gateway.client import GatewayClient
    from sora_studio.services.tasks.task_writer import TaskWriter


@dataclass(frozen=True, slots=True)
class Core:
    """One run's shared parts. `speed`: how many times faster than life the service runs; other waits shrink by it."""

    task_writer: "TaskWriter"
    gateway: "GatewayClient"
    profiles: Mapping[str, ModelProfile]
    events: EventBus
    notices: Notices
    supervisor: Supervisor
    clock: Clock
    rng: random.Random
    gateway_name: str
    speed: float = 1.0
    service_is_public: bool = True
    """It stands on the internet, and reaches nothing that does not."""

    def is_reachable(self, url: str) -> bool:
        """Whether the service could fetch something there, or report to it."""
        return is_public_url(url) or not self.service_is_public
