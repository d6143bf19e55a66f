"""Background work of the simulated service: fetching media, rendering films ahead and delivering callbacks."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import replace

from sora_studio.simulator.fetching import PictureUnusable, fetch_picture, post_callback, probe_input
from sora_studio.simulator.films import Films
from sora_studio.simulator.scenarios import Delivery, draw_delivery
from sora_studio.simulator.service import Service
from sora_studio.simulator.task import RemoteTask

CALLBACK_TIMEOUT_S = 30.0
CALLBACK_RETRIES_S = (30.0, 60.0, 120.0)
"""Waits before the second, third and last delivery. They and the timeout are divided by the speed."""
COPY_AFTER_S = 5.0
"""Simulated seconds between a callback and its duplicate."""
LEAST_TIMEOUT_S = 1.0
"""Shortest timeout: a receiver needs real time, however fast the simulator runs."""

_LOOKING_AGAIN_S = 1.0


class Errands:
    """One coroutine for each task with work to do; `close` cancels those in progress."""

    def __init__(self, service: Service, films: Films) -> None:
        self._service, self._films = service, films
        self._under_way = set[asyncio.Task[None]]()
        self._rng = random.Random(f"callbacks {service.terms.seed}")  # noqa: S311 - simulated chance, not a secret

    def resume(self) -> None:
        """Resume the unfinished work recorded in the folder."""
        for task in self._service.adopt():
            self.begin(task)

    def begin(self, task: RemoteTask) -> None:
        """Start the work for a new task."""
        self._start(self._see_through(task.id, draw_delivery(self._service.terms.scenario, self._rng)))

    async def close(self) -> None:
        """Cancel everything; unfinished work is resumed by the next start."""
        for errand in self._under_way:
            errand.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _start(self, errand: Coroutine[None, None, None]) -> None:
        running = asyncio.get_running_loop().create_task(errand)
        self._under_way.add(running)
        running.add_done_callback(self._under_way.discard)

    async def _see_through(self, task_id: str, delivery: Delivery) -> None:
        task = self._service.tasks[task_id]
        if task.waits_for_media:
            await self._fetch_media(task)
        task = self._service.tasks[task_id]
        await self._until(task.starts_at)
        if task.fail_code is None:
            self._films.render_ahead(task)
        if task.order.callback_url is not None and not task.called_back:
            await self._call_back(task_id, task.order.callback_url, delivery)

    async def _fetch_media(self, task: RemoteTask) -> None:
        """Fetch every picture, and keep the first; measure the video or sound that decides the clip's length."""
        limits = self._service.picture_limits(task)
        try:
            pictures = [await asyncio.to_thread(fetch_picture, url, limits) for url in task.order.image_urls]
        except PictureUnusable as error:
            self._service.fail(task.id, error.code)
            return
        facts = await asyncio.to_thread(probe_input, task.order.timed_by) if task.order.timed_by is not None else None
        shape = pictures[0].shape if pictures else facts.shape if facts else None
        self._service.has_media(
            task.id,
            picture=self._service.folder.keep_picture(pictures[0].content) if pictures else None,
            shape=shape,
            input_s=facts.length_s if facts else None,
        )

    async def _call_back(self, task_id: str, url: str, delivery: Delivery) -> None:
        """Call back after the task's end, until the receiver answers 200 or four deliveries have failed."""
        speed = self._service.terms.speed
        if delivery.early:
            await self._post(task_id, url)
        await self._until(self._service.tasks[task_id].ends_at)
        await asyncio.sleep(delivery.late_s / speed)
        for copy in range(delivery.copies):
            await asyncio.sleep(COPY_AFTER_S * copy / speed)
            await self._deliver(task_id, url)
        self._service.keep(replace(self._service.tasks[task_id], called_back=True))

    async def _deliver(self, task_id: str, url: str) -> None:
        for wait_s in (0.0, *CALLBACK_RETRIES_S):
            await asyncio.sleep(wait_s / self._service.terms.speed)
            if await self._post(task_id, url):
                return

    async def _post(self, task_id: str, url: str) -> bool:
        """Return whether the receiver answered 200 in time."""
        report = self._service.report(self._service.tasks[task_id])
        timeout_s = max(CALLBACK_TIMEOUT_S / self._service.terms.speed, LEAST_TIMEOUT_S)
        return await asyncio.to_thread(post_callback, url, {"code": 200, "message": "success", "data": report}, timeout_s)

    async def _until(self, moment: float) -> None:
        """Sleep until a wall time, in short steps that notice clock changes and suspend."""
        while (left_s := moment - self._service.clock()) > 0:  # noqa: ASYNC110 - there is no event for wall time
            await asyncio.sleep(min(left_s, _LOOKING_AGAIN_S))
