"""The service's JSON for tasks: the body of a create, and the data of a status."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.task import TaskState
from sora_studio.gateway.answers import JsonValue, decoded, field, integer, text
from sora_studio.gateway.result_links import result_links

_STATE_WORDS = {
    TaskState.PENDING: "pending queued queueing waiting submitted created in_queue not_started",
    TaskState.PROCESSING: "processing running generating in_progress started",
    TaskState.SUCCESS: "success succeeded succeed successful complete completed done finished",
    TaskState.FAILED: "failed fail failure error canceled cancelled rejected aborted",
}
"""The documented word first, then synonyms. Only an unambiguous word ends a task."""
_STATES = {word: state for state, words in _STATE_WORDS.items() for word in words.split()}
_MAX_STATE_CHARS = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Times outside these are errors of the service (zero, seconds instead of milliseconds) and count as unknown.
_EARLIEST, _LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def to_wire(
    request: GenerationRequest, profile: ModelProfile, addresses: Mapping[str, str], *, callback_url: str | None = None
) -> dict[str, JsonValue]:
    """Return the body of a create: exactly the documented fields, with the profile's names, values and defaults.

    `addresses` are those under which the service fetches the media, by the request's sources.
    """
    draft = as_draft(request, profile).with_addresses(lambda medium: addresses[medium.address])
    body: dict[str, JsonValue] = {"request_type": "async"}
    if callback_url is not None:
        body = {"request_type": "callback", "callback_url": callback_url}
    if (route := provider(draft, profile)) is not None:
        body["provider"] = route
    return {**body, "input": cast("JsonValue", build(draft, profile))}


def task_id_of(data: JsonValue) -> str | None:
    """Return the task id in a response's data, or None if there is no usable one."""
    value = field(_table(data), "taskId")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    cleaned = text(value)
    return cleaned if cleaned and cleaned == str(value).strip() else None


def from_wire(data: JsonValue, task_id: str, *, base_url: str = "") -> RemoteStatus | None:
    """Return the status in the data, or None if it is not a status or belongs to another task.

    Relative film addresses are resolved against `base_url`.
    """
    table = _table(data)
    if table is None or (task_id_of(table) or task_id).casefold() != task_id.casefold():
        return None
    words = text(field(table, "state")) or text(field(table, "status"))
    if not words:
        return None
    known = _STATES.get("_".join(words.casefold().replace("-", " ").replace("_", " ").split()))
    failed = known is TaskState.FAILED
    return RemoteStatus(
        known or TaskState.PROCESSING,
        result_urls=result_links(table, base_url=base_url) if known is TaskState.SUCCESS else (),
        fail_code=(text(field(table, "failCode")) or None) if failed else None,
        fail_message=(text(field(table, "failMsg")) or _unless_plain(words)) if failed else None,
        created_at=_time(field(table, "createTime")),
        completed_at=_time(field(table, "completeTime")),
        unknown_state="" if known else words[:_MAX_STATE_CHARS],
    )


def usd_of(data: JsonValue) -> float | None:
    """Return the balance, or None if it is not a finite number."""
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return None
    try:
        usd = float(data)
    except (ValueError, OverflowError):
        return None
    return usd if math.isfinite(usd) else None


def _table(data: JsonValue) -> dict[str, JsonValue] | None:
    """Return the fields, even if wrapped in a string or in a list of one."""
    data = decoded(data)
    if isinstance(data, list) and len(data) == 1:
        data = decoded(data[0])
    return data if isinstance(data, dict) else None


def _unless_plain(state: str) -> str | None:
    """Return the state if it says more than "failed", such as `canceled`; else None."""
    return None if state.casefold() in ("failed", "fail", "failure", "error") else state


def _time(value: JsonValue) -> datetime | None:
    """Convert Unix milliseconds; None if they are not plausible."""
    milliseconds = integer(value)
    if milliseconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return moment if _EARLIEST <= moment <= _LATEST else None
