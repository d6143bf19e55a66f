"""One session behind the window: the studio, the simulator of a demo, and their orderly shutdown."""

import asyncio
import importlib
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import DatabaseUnusable, InvalidSetting, StudioError
from sora_studio.domain.events import EventBus, NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.domain.settings import Settings
from sora_studio.storage.settings import SettingsFile

if TYPE_CHECKING:
    from sora_studio.demo import Demo
    from sora_studio.storage.secrets import KeyStores
    from sora_studio.studio import Studio
    from sora_studio.ui.window.main_view import MainView

_log = logging.getLogger(__name__)
START = "start"
DEMO_PROMPT = """\
A paper boat with a candle in it drifts down a narrow canal at night.
Low tracking shot just above the water, slow dolly in; soft diffused light from the windows bends in the ripples. \
The boat turns slowly, bumps a stone step, and goes on under a small bridge. Mood: tender, dreamlike.
Sound: water against stone, a piano two streets away.\
"""
SETTLE_WITHIN_S = 15.0
"""The studio takes up to 5 s to finish running work; the rest is for slow disks."""


class Session:
    """Starts after the first paint, can be retried after a failure, and ends once."""

    def __init__(self, view: "MainView", *, data_dir: Path, demo: bool, output: Path | None) -> None:
        self._view = view
        self._data_dir = data_dir
        self._is_demo = demo
        self._output = output
        self._demo: Demo | None = None
        self._events = EventBus()
        self._keys: KeyStores | None = None
        self._studio: Studio | None = None
        self._open = AsyncExitStack()
        """Keeps the studio open until the end."""
        self._starting: asyncio.Task[None] | None = None
        self._is_over = False
        view.compose.keep_unsaved_in(data_dir)
        view.listen(self._events)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """The secrets in use, to be redacted from logs."""
        return self._keys.secrets if self._keys else ()

    def begin(self, on_bug: Callable[[BaseException], None]) -> None:
        """Start the studio, or retry a failed start; `on_bug` gets unexpected errors."""
        if self._studio is not None or self._is_over or (self._starting is not None and not self._starting.done()):
            return
        self._view.notices.clear_notice(START)
        self._starting = asyncio.get_event_loop().create_task(self._start(on_bug), name="start the studio")

    def retry(self, on_bug: Callable[[BaseException], None]) -> None:
        """Retry a failed start, or the connection."""
        if self._studio is None:
            self.begin(on_bug)
        else:
            self._view.scope.start(self._retry(self._studio), name="try again")

    async def change_settings(self, settings: Settings) -> None:
        """Change the settings through the studio, or in the file if it has not started."""
        if self._studio is not None:
            await self._studio.settings.change(settings)
        else:
            await asyncio.to_thread(SettingsFile(self._data_dir / "settings.toml").save, settings)

    async def end(self) -> None:
        """Save the draft, let running work finish, and close everything."""
        self._is_over = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self._settle(self._view.finish(), "the window")
        await self._settle(self._open.aclose(), "the studio")
        if self._demo is not None:
            await asyncio.to_thread(self._demo.stop)

    async def _retry(self, studio: "Studio") -> None:
        if self._demo is not None and self._demo.has_died:
            await asyncio.to_thread(self._demo.start)
        studio.retry()

    async def _settle(self, ending: Coroutine[object, object, None], what: str) -> None:
        """Shut one part down; its failure or time-out must not prevent the others' shutdown."""
        try:
            async with asyncio.timeout(SETTLE_WITHIN_S):
                await ending
        except Exception:
            _log.exception("%s did not shut down cleanly; the database is safe", what.capitalize())

    async def _start(self, on_bug: Callable[[BaseException], None]) -> None:
        try:
            studio = self._studio = await self._open.enter_async_context(await self._prepare())
        except StudioError as error:
            self._complain(error.sentence, _way_out(error))
        except OSError as error:
            self._complain(f"The studio could not start: {error.strerror or error}.", NoticeAction.RETRY)
        except Exception as error:
            on_bug(error)
        else:
            self._view.attach(studio)
            if self._is_demo:
                self._view.compose.set_demo_prompt(DEMO_PROMPT)

    async def _prepare(self) -> "AbstractAsyncContextManager[Studio]":
        """Do the heavy imports in a thread, so that the window stays responsive, and start the simulator of a demo."""
        await asyncio.to_thread(_import_the_core)
        from sora_studio.demo import Demo, demo_keys, open_demo
        from sora_studio.storage.secrets import KeyStores
        from sora_studio.studio import open_studio

        if not self._is_demo:
            self._keys = KeyStores()
            return open_studio(data_dir=self._data_dir, output_dir=self._output, keys=self._keys, events=self._events)
        demo = self._demo = self._demo or Demo(self._data_dir)
        self._keys = demo_keys()
        url = await asyncio.to_thread(demo.start)
        return open_demo(url, data_dir=self._data_dir, output_dir=self._output, keys=self._keys, events=self._events)

    def _complain(self, words: str, action: NoticeAction) -> None:
        self._view.notices.raise_notice(NoticeRaised(START, NoticeLevel.ERROR, words, action))


def _import_the_core() -> None:
    for name in ("sora_studio.demo", "sora_studio.studio"):
        importlib.import_module(name)


def _way_out(error: StudioError) -> NoticeAction:
    if isinstance(error, InvalidSetting):
        return NoticeAction.OPEN_SETTINGS
    return NoticeAction.COPY_REPORT if isinstance(error, DatabaseUnusable) else NoticeAction.RETRY
