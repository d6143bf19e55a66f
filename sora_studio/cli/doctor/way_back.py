"""The checkup of the relay, on which the service fetches pictures and reports that a task has ended."""

import asyncio
import os
from pathlib import Path

from sora_studio.clock import Clock
from sora_studio.disk_calls import on_disk
from sora_studio.domain.checkup import CheckState, Fact, Finding
from sora_studio.domain.errors import InvalidSetting, PassingError, StudioError
from sora_studio.domain.ports import KeyStore
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.public_addresses import is_public_url
from sora_studio.domain.settings import RELAY_URL_VARIABLE, RelayPlace, Settings, is_loopback
from sora_studio.gateway.connections import trusted_authorities
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.folder import saved_token
from sora_studio.services.callbacks.relay_check import UNREACHABLE
from sora_studio.services.callbacks.relay_link import RelayChoice, choose_relay

GREET_WITHIN_S = 15.0
_TEST = "Settings, Relay tests the whole way with a picture and a report."


async def check_relay(settings: Settings, folder: Path, keys: KeyStore, *, is_demo: bool) -> Finding:
    """Ask the relay for its greeting at the address that the service uses. Starts no relay, and publishes nothing."""
    named = os.environ.get(RELAY_URL_VARIABLE, "").strip()
    try:
        choice = choose_relay(
            settings, named_url="" if is_demo and not is_loopback(named) else named, gateway_is_loopback=False
        )
    except InvalidSetting as invalid:
        return Finding("relay", CheckState.PROBLEM, invalid.title, invalid.advice)
    if not choice.is_set_up:
        return Finding("relay", CheckState.SKIPPED, "None is set up: the service is asked at intervals instead.")
    facts: dict[str, Fact] = {"place": choice.place.value, "address": choice.url}
    try:
        token = await _token(choice, folder, keys)
    except (OSError, StudioError) as error:
        words = error.title if isinstance(error, StudioError) else f"Its token cannot be read: {error.strerror or error}."
        return Finding("relay", CheckState.PROBLEM, words, "Open Settings, Relay.", facts)
    if not token:
        return _without_token(choice, facts)
    return await _greet(choice, token, facts)


async def _token(choice: RelayChoice, folder: Path, keys: KeyStore) -> str | None:
    if choice.place is RelayPlace.HERE:
        return await on_disk(folder, lambda: saved_token(folder / "relay"))
    await keys.load()
    return keys.key


def _without_token(choice: RelayChoice, facts: dict[str, Fact]) -> Finding:
    if choice.place is RelayPlace.HERE:
        return Finding("relay", CheckState.SKIPPED, "It has not run yet: it starts with the window.", facts=facts)
    return Finding("relay", CheckState.PROBLEM, "The relay's token is missing.", "Enter it in Settings, Relay.", facts)


async def _greet(choice: RelayChoice, token: str, facts: dict[str, Fact]) -> Finding:
    clock = Clock()
    await asyncio.to_thread(trusted_authorities)  # reading them blocks
    try:
        relay = RelayClient(choice.url, token=lambda: token, clock=clock, proxies=read_proxies())
    except InvalidSetting as invalid:
        return Finding("relay", CheckState.PROBLEM, invalid.title, invalid.advice, facts)
    began = clock.monotonic()
    try:
        async with asyncio.timeout(GREET_WITHIN_S):
            greeting = await relay.greet()
    except (TimeoutError, PassingError) as error:
        return _silent(choice, error, facts)
    except StudioError as error:
        return Finding("relay", CheckState.PROBLEM, error.title, error.advice or _TEST, facts)
    finally:
        await relay.close()
    facts |= {"public_address": greeting.public_url, "latency_ms": round((clock.monotonic() - began) * 1000)}
    if not is_public_url(greeting.public_url) and not is_loopback(choice.url):
        return Finding("relay", CheckState.PROBLEM, UNREACHABLE, f"It is {greeting.public_url} now.", facts)
    return Finding("relay", CheckState.OK, f"{choice.url} answers and accepts the token. {_TEST}", facts=facts)


def _silent(choice: RelayChoice, error: Exception, facts: dict[str, Fact]) -> Finding:
    met = f" ({error.sentence})" if isinstance(error, StudioError) else ""
    say = f"The relay does not answer at {choice.url}.{met}"
    if choice.place is RelayPlace.HERE:
        do = "It runs while Sora Studio is open. If it is open now, check the tunnel or reverse proxy that leads to it."
        return Finding("relay", CheckState.WARNING, say, do, facts)
    do = "Check that it is running there and that its address in Settings is right. Until then the service is asked instead."
    return Finding("relay", CheckState.PROBLEM, say, do, facts)
