"""What several tasks have in common, counted over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sora_studio.domain.judgement import Verdict


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """Counts of tasks by what they have; a project, verdict of None is none. `tags` are by name, those of most tasks first.

    `cost_usd` is the sum over the `priced` ones. `retryable` counts what failed, expired or was cancelled, `with_file` those
    with a saved clip, `with_id` those that the service knows. `put_aside` are in the trash or hidden.
    """

    count: int = 0
    models: Mapping[str, int] = field(default_factory=dict[str, int])
    projects: Mapping[int | None, int] = field(default_factory=dict[int | None, int])
    verdicts: Mapping[Verdict | None, int] = field(default_factory=dict[Verdict | None, int])
    stars: frozenset[int] = frozenset()
    tags: Mapping[str, int] = field(default_factory=dict[str, int])
    cost_usd: float = 0.0
    priced: int = 0
    length_s: float = 0.0
    retryable: int = 0
    with_file: int = 0
    with_id: int = 0
    trashed: int = 0
    put_aside: int = 0
