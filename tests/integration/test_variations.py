"""A prompt with groups and a card becomes one batch in the real database: each exact text is kept with its takes."""

from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.intent import Intent
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_table import prompt_table
from sora_studio.domain.writing.variations import Variations
from sora_studio.simulator.serve import running
from tests.integration.stage import ALL, run, running_studio

ANNA = Card("anna", CardKind.CHARACTER, "a ferrywoman of sixty")
PROMPT = "@anna at {dawn|dusk}, slow dolly in"


def test_all_texts_are_sent_together_or_none(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=400) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                batch = studio.variation_batch
                request = GenerationRequest("sora-2", PROMPT)
                (first,) = await studio.submission.submit(GenerationRequest("sora-2", "A pier"))
                await studio.prompt_library.save(ANNA)
                cards = (await studio.prompt_library.read()).cards
                rows = prompt_table(Variations(PROMPT), cards, studio.profiles["sora-2"].tags)
                with pytest.raises(InvalidRequest, match=r"Text 2: "):
                    await batch.send(request, prompt_table(Variations(f"{{a|{'x' * 10_001}}}")))
                assert len(await studio.tasks.find(ALL, limit=10)) == 1
                intent = Intent(document=first.document)
                added = await batch.send(request, rows, takes=2, intent=intent)
                kept = await studio.tasks.get_many([task.id for task in added])
                texts = [f"a ferrywoman of sixty at {light}, slow dolly in" for light in ("dawn", "dusk")]
                assert [(task.request.prompt, task.take, task.takes) for task in kept] == [
                    (text, take, 2) for text in texts for take in (1, 2)
                ]
                assert {(task.batch, task.document) for task in kept} == {(added[0].id, first.document)}
                assert {task.request.written for task in kept} == {PROMPT}
                assert len({task.version for task in kept}) == 2

    run(story())
