"""What a studio is opened with."""

import random
from dataclasses import dataclass
from pathlib import Path

from sora_studio.clock import Clock
from sora_studio.storage.secrets import KeyStores

SIMULATOR = "simulator"


@dataclass(frozen=True, slots=True)
class Launch:
    """The parameters of `open_studio`, which describes them."""

    data_dir: Path
    base_url: str | None
    output_dir: Path | None
    speed: float
    gateway_name: str | None
    keys: KeyStores
    clock: Clock
    rng: random.Random

    @property
    def is_demo(self) -> bool:
        """Whether the built-in simulator is the service."""
        return self.gateway_name == SIMULATOR
