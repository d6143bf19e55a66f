"""A step that cannot be taken back now is not lost."""

from pathlib import Path

import pytest

from sora_studio.domain.errors import StorageFull
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps
from tests.unit.services.rig import Rig, run


def test_a_step_that_fails_can_be_tried_again_in_both_directions(tmp_path: Path) -> None:
    async def story() -> None:
        steps, is_full = UndoSteps(Rig(tmp_path).core), True

        async def put_back() -> PutBack:
            if is_full:
                raise StorageFull
            return put_back

        steps.add("1 clip kept", put_back)
        for step in (steps.undo, steps.redo):
            is_full = True
            with pytest.raises(StorageFull):
                await step()
            is_full = False
            assert await step() == "1 clip kept"
        assert (steps.undo_words, steps.redo_words) == ("1 clip kept", "")

    run(story())
