"""A draft survives whatever is done to its model; a thousand steps at random."""

from pathlib import Path

import pytest

from sora_studio.app.event_loop import StudioEventLoop
from tests.faults.drafts import DraftWalk


@pytest.mark.parametrize("seed", [1, 2])
def test_switches_edits_undos_and_kills_leave_the_draft_that_was_expected(
    loop: StudioEventLoop, tmp_path: Path, seed: int
) -> None:
    counted = loop.run_until_complete(DraftWalk(tmp_path, seed).run(1000))
    assert min(counted[name] for name in ("switch", "undo", "kill")) > 20
