"""What all services share: the outer layers as ports, and the parameters of this run."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus
from sora_studio.domain.models.profile import ModelProfile, without_file
from sora_studio.domain.public_addresses import is_public_url
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor

if TYPE_CHECKING:
    from sora_studio.gateway.client import GatewayClient
    from sora_studio.services.tasks.task_writer import TaskWriter


@dataclass(frozen=True, slots=True)
class Core:
    """The shared parts of one run. `speed`: how many times faster than real time the service runs; other waits shrink by it."""

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
    """The service is on the internet, and can reach public addresses only."""

    def profile_of(self, model: str) -> ModelProfile:
        """Return the profile by which the tasks of a model are followed; for one whose file is gone what holds for all."""
        return self.profiles.get(model) or without_file(model).faster(self.speed)

    def is_reachable(self, url: str) -> bool:
        """Return whether the service could fetch from this address or send reports to it."""
        return is_public_url(url) or not self.service_is_public
