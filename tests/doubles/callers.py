"""The service when many tasks end: callbacks at a steady pace, each with a secret and a connection of its own."""

import asyncio
import json
import time
from urllib.parse import urlsplit

from sora_studio.domain.relay import callback_secret
from tests.doubles.strangers import request

ADDRESSES = 8
"""How many machines the service seems to call from, as a proxy before the relay would name them."""


async def call_back(base_url: str, token: str, *, per_s: int, count: int) -> dict[str, tuple[int, float]]:
    """For each secret the status that its callback got, and after how many seconds. None waits for another's answer."""
    parts, begun, answers = urlsplit(base_url), time.perf_counter(), dict[str, tuple[int, float]]()

    async def post(number: int) -> None:
        secret = callback_secret(token, number.to_bytes(16, "big"))
        body = {"code": 200, "message": "success", "data": {"taskId": f"task_{number}", "state": "success"}}
        caller = f"X-Forwarded-For: 203.0.113.{number % ADDRESSES}"
        sent = request("POST", f"/c/{secret}", caller, "Connection: close", body=json.dumps(body).encode())
        sent_at_s = time.perf_counter()
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(sent)
        status = int((await reader.readline()).split()[1])
        answers[secret] = status, time.perf_counter() - sent_at_s
        writer.close()

    async with asyncio.TaskGroup() as posts:
        for number in range(count):
            await asyncio.sleep(begun + number / per_s - time.perf_counter())
            posts.create_task(post(number))
    return answers
