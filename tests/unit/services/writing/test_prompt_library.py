"""What a person does to snippets, cards and templates is announced and can be taken back."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.events import DecisionMade, PromptLibraryChanged
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.services.runtime.undo_steps import UndoSteps
from sora_studio.services.writing.prompt_library import PromptLibrary
from sora_studio.storage.prompt_item_files import PromptItemFiles
from tests.unit.services.rig import Rig, run

BEATS = Snippet("beats", "0–4 s $1")


def test_changes_are_announced_and_taken_back_in_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            steps = UndoSteps(rig.core)
            library = PromptLibrary(rig.core, PromptItemFiles(tmp_path / "shipped", tmp_path / "prompts"), steps)
            kept = await library.save(BEATS)
            kept = await library.save(replace(BEATS, text="0–2 s $1"), instead_of=kept)
            with pytest.raises(InvalidSetting):
                await library.save(BEATS)
            await library.export(kept, tmp_path / "out" / "beats.toml", replaces=False)
            await library.remove([kept])
            assert (await library.read()).snippets == ()
            assert await steps.undo() == "/beats removed"
            assert await steps.undo() == "/beats changed"
            assert (await library.read()).snippets == (BEATS,)
            assert await steps.undo() == "/beats added"
            assert (await library.read()).snippets == ()
            assert (await library.import_file(tmp_path / "out" / "beats.toml")).item == kept.item
            assert await steps.undo() == "/beats imported"
            assert await steps.redo() == "/beats imported"
            assert (await library.read()).snippets == (kept.item,)
            told = [type(event) for event in rig.seen if isinstance(event, DecisionMade | PromptLibraryChanged)]
            assert told.count(PromptLibraryChanged) == told.count(DecisionMade) == 9

    run(story())
