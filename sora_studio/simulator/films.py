"""The films of finished tasks: rendered ahead or on demand, and cached up to a size limit."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Awaitable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sora_studio.simulator.folder import Folder
from sora_studio.simulator.task import RemoteTask

MAX_STORED_BYTES = 1_500_000_000
MAX_AHEAD = 8
"""Limit of films queued for rendering ahead; beyond it, films are rendered on demand."""

MAX_TAKES = 4
"""A repeated order gets another film, as in reality; after so many they repeat, so that a thousand stay cheap."""

_VERSION = 3
"""Part of every film's name: bump it when drawing changes."""


class Films:
    """Equal orders rotate through a few films. Rendering runs in its own threads, half as many as there are cores.

    With `edge_px`, films have that shorter edge instead of the ordered one: quick to render, for tests.
    """

    def __init__(self, folder: Folder, edge_px: int | None = None) -> None:
        self._folder = folder
        self._edge_px = edge_px
        self._renderers = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2), thread_name_prefix="render")
        self._under_way = dict[str, Future[Path]]()
        self._closing = threading.Event()

    def render_ahead(self, task: RemoteTask) -> None:
        """Queue a task's films unless the queue is long already."""
        for index in range(task.clips):
            if len(self._under_way) < MAX_AHEAD:
                self._ensure(task, index)

    def film(self, task: RemoteTask, index: int) -> Awaitable[Path]:
        """Return the film's file once it is rendered."""
        return asyncio.wrap_future(self._ensure(task, index))

    def close(self) -> None:
        """Cancel renderings in progress."""
        self._closing.set()
        self._renderers.shutdown(cancel_futures=True)

    def _ensure(self, task: RemoteTask, index: int) -> "Future[Path]":
        key = film_key(task, index)
        under_way = self._under_way.get(key)
        if under_way is None:
            under_way = self._renderers.submit(self._render, task, index, self._folder.films / f"{key}.mp4")
            self._under_way[key] = under_way
            under_way.add_done_callback(lambda _: self._under_way.pop(key, None))
        return under_way

    def _render(self, task: RemoteTask, index: int, path: Path) -> Path:
        from sora_studio.simulator.film import Film, Picture, render  # noqa: PLC0415 - codecs would slow the start

        if path.exists():
            os.utime(path)
            return path
        order = task.order
        picture = Picture(
            caption=order.prompt,
            scene=f"{order.prompt} {index} {task.take % MAX_TAKES}",
            still=self._folder.picture(task.picture) if task.picture else None,
            watermark=order.watermark,
        )
        width, height = task.size(self._edge_px)
        self._make_room()
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        try:
            film = Film(width, height, task.length_s, has_sound=order.sound)
            render(picture, unfinished, film, stopped=self._closing.is_set)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

    def _make_room(self) -> None:
        """Evict the least recently used films; they are rendered again on demand."""
        films = sorted(((path.stat(), path) for path in self._folder.films.glob("*.mp4")), key=lambda film: film[0].st_mtime)
        stored = sum(stat.st_size for stat, _ in films)
        for stat, path in films:
            if stored < MAX_STORED_BYTES:
                break
            path.unlink(missing_ok=True)
            stored -= stat.st_size


def film_key(task: RemoteTask, index: int) -> str:
    """Return a name derived from everything that the film shows."""
    order = task.order
    shows = (
        _VERSION,
        order.prompt,
        index,
        task.take % MAX_TAKES,
        task.length_s,
        task.size(),
        order.sound,
        task.picture,
        order.watermark,
        order.model,
    )
    return hashlib.sha256(repr(shows).encode()).hexdigest()[:40]
