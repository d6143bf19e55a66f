"""Every mode of every model through the real window and the simulator: which clips are not as asked for."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.events import EventBus
from sora_studio.domain.settings import Settings
from sora_studio.simulator.serve import running
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import open_studio
from sora_studio.ui.window.main_view import MainView
from tests.benchmarks.figures import Figure
from tests.canary import KEY
from tests.faults.every_model import Library, Stand, walk

EDGE_PX = 360
"""The clips' longest short side: in full size, drawing them takes most of an hour."""
SPEED = 100.0


async def _ready(window: MainView) -> None:
    ready, model = asyncio.Event(), window.compose._model
    model.changed.connect(ready.set)
    while model.profile is None:
        await ready.wait()
        ready.clear()


async def _walk(folder: Path, url: str) -> list[Stand]:
    events, window = EventBus(), MainView(Settings(), demo=False)
    window.resize(1600, 1000)
    window.show()
    window.listen(events)
    keys = KeyStores(api_key=SessionKeys(KEY))
    async with open_studio(
        data_dir=folder / "data", base_url=url, output_dir=folder / "clips", speed=SPEED, keys=keys, events=events
    ) as studio:
        window.attach(studio)
        await _ready(window)
        found = await walk(window, studio, Library(folder), edge_px=EDGE_PX)
        await window.finish()
    window.close()
    return found


def main() -> None:
    """Print the figures, and what is wrong to standard error."""
    app = QApplication([])
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, running(speed=SPEED, film_edge_px=EDGE_PX) as service:
        found = loop.run_until_complete(_walk(Path(folder), service.url))
    wrong = [stand for stand in found if stand.fault]
    for stand in wrong:
        print(f"{stand.model}, {stand.mode}: {stand.fault}", file=sys.stderr)
    models = len({stand.model for stand in found})
    words = f"{len(found) - len(wrong)} of {len(found)} modes of {models} models in {time.monotonic() - begun:.0f} s"
    Figure("clips as asked for, of every mode, by the window", words, "all", not wrong).tell()


if __name__ == "__main__":
    main()
