"""The service's own words for a task: the body that creates one, and the data that reports on it."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.gateway.answers import JsonValue, integer, parse_json, text

_STATES = {state.value: state for state in (TaskState.PENDING, TaskState.PROCESSING, TaskState.SUCCESS, TaskState.FAILED)}
_MAX_LINK_CHARS = 16_384  # signed links carry whole tokens
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A time outside these is a mistake of the other side (zero, seconds for milliseconds, nonsense) and is taken as not known.
_EARLIEST, _LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def to_wire(
    request: GenerationRequest, profile: ModelProfile, image_urls: Sequence[str], *, callback_url: str | None = None
) -> dict[str, JsonValue]:
    """The body of a create: exactly the documented fields, with the profile's names, values and defaults."""
    complete = request.completed(profile)
    fields: dict[str, JsonValue] = {"mode": request.mode.value, "prompt": request.prompt}
    fields |= {option.field: complete.options[option.field] for option in profile.options}
    if image_urls and profile.images is not None:
        fields[profile.images.field] = list(image_urls)
    if callback_url is None:
        return {"request_type": "async", "provider": complete.route, "input": fields}
    return {"request_type": "callback", "callback_url": callback_url, "provider": complete.route, "input": fields}


def task_id_of(data: JsonValue) -> str | None:
    """The id in an answer's data; None when there is none that could be asked for again."""
    value = data.get("taskId") if isinstance(data, dict) else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    cleaned = text(value)
    return cleaned if cleaned and cleaned == str(value).strip() else None


def from_wire(data: JsonValue, task_id: str) -> RemoteStatus | None:
    """What the data says about the task; None when it is not readable as a status, or is about another task."""
    if not isinstance(data, dict) or task_id_of(data) not in (None, task_id):
        return None
    word = text(data.get("state")).casefold()
    if not word:
        return None
    state = _STATES.get(word, TaskState.PROCESSING)
    failed = state is TaskState.FAILED
    return RemoteStatus(
        state,
        result_urls=_result_urls(data.get("resultJson")) if state is TaskState.SUCCESS else (),
        fail_code=(text(data.get("failCode")) or None) if failed else None,
        fail_message=(text(data.get("failMsg")) or None) if failed else None,
        created_at=_time(data.get("createTime")),
        completed_at=_time(data.get("completeTime")),
    )


def usd_of(data: JsonValue) -> float | None:
    """The balance; None when it is no finite number."""
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return None
    try:
        usd = float(data)
    except (ValueError, OverflowError):
        return None
    return usd if math.isfinite(usd) else None


def _result_urls(value: JsonValue) -> tuple[str, ...]:
    """The links, each once, in the service's order. `resultJson` is a string that holds JSON; the bare object is taken too."""
    result = parse_json(value) if isinstance(value, str) else value
    urls = result.get("resultUrls") if isinstance(result, dict) else None
    links = [text(url, max_chars=_MAX_LINK_CHARS + 1) for url in (urls if isinstance(urls, list) else [urls])]
    return tuple(dict.fromkeys(link for link in links if _is_link(link)))


def _is_link(link: str) -> bool:
    return link.lower().startswith(("https://", "http://")) and len(link) <= _MAX_LINK_CHARS


def _time(value: JsonValue) -> datetime | None:
    """From Unix milliseconds."""
    milliseconds = integer(value)
    if milliseconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return moment if _EARLIEST <= moment <= _LATEST else None
