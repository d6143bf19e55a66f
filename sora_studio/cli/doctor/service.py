"""The checkup of the API key and of the connection to the service. The key itself is never shown."""

import asyncio
from dataclasses import replace

from sora_studio.clock import Clock
from sora_studio.domain.checkup import CheckState, Fact, Finding
from sora_studio.domain.errors import InvalidSetting, KeyMissing, KeyRejected, OutOfCredit, RateLimited, StudioError
from sora_studio.domain.money import dollars
from sora_studio.domain.ports import KeyOrigin, KeyStore
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.settings import origin_of
from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.connections import trusted_authorities

ANSWER_WITHIN_S = 20.0
_NO_KEY = 'Enter a key in Settings or with "sora-studio key set", or set SORA_STUDIO_API_KEY.'
_ORIGINS = {
    KeyOrigin.ENVIRONMENT: "The key comes from SORA_STUDIO_API_KEY.",
    KeyOrigin.KEYRING: "The key is in the system's key store.",
    KeyOrigin.SESSION: "The simulator accepts any key.",
}


async def check_key(keys: KeyStore) -> Finding:
    """Look for the key, without sending it."""
    status = await keys.load()
    facts: dict[str, Fact] = {"present": status.origin is not KeyOrigin.NONE, "origin": status.origin.value}
    if status.origin is KeyOrigin.NONE:
        return Finding("key", CheckState.PROBLEM, status.notice or "There is no API key.", _NO_KEY, facts)
    state = CheckState.WARNING if status.notice else CheckState.OK
    return Finding("key", state, f"{_ORIGINS[status.origin]} {status.notice}".strip(), facts=facts)


async def check_service(key: Finding, secret: str | None, base_url: str, *, wrong: str) -> tuple[Finding, Finding]:
    """Ask the service for the balance, once. Return the key's finding, now with whether it was accepted, and the connection's.

    `wrong` says why the address cannot be used; empty if it can.
    """
    if wrong:
        do = "Correct the address in Settings, or SORA_STUDIO_BASE_URL."
        return key, Finding("connection", CheckState.PROBLEM, wrong, do)
    if secret is None:
        return key, Finding("connection", CheckState.SKIPPED, "Not checked: there is no key to ask with.")
    clock, proxies = Clock(), read_proxies()
    await asyncio.to_thread(trusted_authorities)  # reading them blocks
    try:
        gateway = GatewayClient(base_url, key=lambda: secret, clock=clock, proxies=proxies)
    except InvalidSetting as invalid:
        return key, Finding("connection", CheckState.PROBLEM, invalid.title, invalid.advice)
    began = clock.monotonic()
    failure: StudioError | None = None
    balance: float | None = None
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            balance = await gateway.balance()
    except TimeoutError:
        failure = StudioError(f"The service does not answer within {ANSWER_WITHIN_S:.0f} s.")
    except StudioError as error:
        failure = error
    finally:
        await gateway.close()
    took_ms = round((clock.monotonic() - began) * 1000)
    server = origin_of(base_url)
    facts: dict[str, Fact] = {"service": server, "latency_ms": took_ms, "reachable": True}
    say = [f"{server} answered in {took_ms:,} ms."]
    if isinstance(failure, KeyRejected | KeyMissing):
        do = "Copy the key again from the service's site and enter it in Settings."
        key = replace(
            key, state=CheckState.PROBLEM, say=f"{key.say} {failure.title}", do=do, facts={**key.facts, "accepted": False}
        )
    elif isinstance(failure, RateLimited):
        say.append("It asks for a pause: too many requests.")
    elif failure is not None:
        return key, _unreachable(failure, facts, proxies.problems)
    else:
        key = replace(key, say=f"{key.say} The service accepts it.", facts={**key.facts, "accepted": True})
        facts["balance_usd"] = balance
        say.append(f"The balance is {dollars(balance or 0.0)}.")
    if balance is not None and balance <= 0:
        return key, Finding("connection", CheckState.PROBLEM, " ".join(say), OutOfCredit.advice, facts)
    state = CheckState.WARNING if proxies.problems else CheckState.OK
    return key, Finding("connection", state, " ".join([*say, *proxies.problems]), facts=facts)


def _unreachable(failure: StudioError, facts: dict[str, Fact], problems: tuple[str, ...]) -> Finding:
    do = failure.advice or "Check the internet connection, proxy and firewall, and the service's address in Settings."
    say = " ".join([failure.title, failure.detail, *problems]).replace("  ", " ").strip()
    return Finding("connection", CheckState.PROBLEM, say, do, {**facts, "latency_ms": None, "reachable": False})
