"""A composer in which somebody types until it is killed: `python -m tests.integration.typist FOLDER`.

After each key it prints how many characters have been typed, and when: seconds of the system's monotonic clock.
"""

import asyncio
import os
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.viewmodels.compose.composer import ComposeModel
from tests.doubles.compose_studio import ComposeStudio

KEY_EVERY_S = 0.01


async def main(loop: StudioEventLoop) -> None:
    folder = Path(sys.argv[1])
    database = Database(folder / "studio.db")
    await database.open()
    studio = ComposeStudio(folder)
    studio.drafts = SqliteDrafts(database)  # pyright: ignore[reportAttributeAccessIssue] - the real one
    tasks = set[asyncio.Task[None]]()

    def start(coro: Coroutine[object, object, None], *, name: str) -> None:
        tasks.add(task := loop.create_task(coro, name=name))
        task.add_done_callback(tasks.discard)

    model = ComposeModel(start)
    await model.restore(studio)  # pyright: ignore[reportArgumentType] - shaped like the services
    text = model.request.prompt
    while True:
        text += "x"
        model.set_prompt(text)
        model.set_caret(len(text))
        sys.stdout.write(f"{len(text)} {time.monotonic()}\n")
        sys.stdout.flush()
        await asyncio.sleep(KEY_EVERY_S)


if __name__ == "__main__":
    running = StudioEventLoop(QApplication([]))
    running.run_until_complete(main(running))
