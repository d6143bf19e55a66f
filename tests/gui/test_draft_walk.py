"""Drafts survive whatever is done to them; a thousand steps at random."""

from pathlib import Path

import pytest

from sora_studio.app.event_loop import StudioEventLoop
from tests.faults.documents import DocumentWalk
from tests.faults.drafts import DraftWalk


@pytest.mark.parametrize("seed", [1])
def test_switches_edits_undos_and_kills_leave_the_draft_that_was_expected(
    loop: StudioEventLoop, tmp_path: Path, seed: int
) -> None:
    counted = loop.run_until_complete(DraftWalk(tmp_path, seed).run(1000))
    assert min(counted[name] for name in ("switch", "undo", "kill")) > 20


@pytest.mark.parametrize("seed", [3])
def test_each_draft_keeps_text_and_undo_steps_over_switches_of_draft_model_and_mode_and_over_kills(
    loop: StudioEventLoop, tmp_path: Path, seed: int
) -> None:
    walk = DocumentWalk(tmp_path, seed)
    counted = loop.run_until_complete(walk.run(1000))
    assert min(counted[name] for name in ("write", "undo_text", "open", "new", "switch", "change_mode", "kill")) > 20
    assert walk.kept > 3
