"""Makes the `input` of a create request."""

import hashlib
import json

from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Option
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.prompt import is_blank, without_mark

Item = str | dict[str, str | float]
"""An address; a LoRA is a table."""
Sent = OptionValue | list[Item]


def build(draft: Draft, profile: ModelProfile) -> dict[str, Sent]:
    """Return the wire's `input` for a draft that `check` accepts. Media are sent under their addresses as they are.

    The mode's own fields; the prompt, left out when empty; each option that has a default or was chosen; the media that were
    given, as a list even of one. Nothing that belongs to another mode. Raises `ValueError` for a mode that is not the model's.
    """
    mode = profile.mode(draft.mode)
    if mode is None:
        raise ValueError(draft.mode)
    fields: dict[str, Sent] = dict(mode.sends)
    if not is_blank(draft.prompt):
        fields["prompt"] = without_mark(draft.prompt)
    for option in profile.options_in(mode.id):
        if (value := draft.chosen(option)) is not None:
            fields[option.field] = _as_sent(option, value)
    lists = dict[str, list[Item]]()
    for slot in profile.media_in(mode.id):
        if media := draft.media.get(slot.role):
            lists.setdefault(slot.field, []).extend(map(_item, media))
    return fields | lists


def provider(draft: Draft, profile: ModelProfile) -> str | None:
    """Return the wire's `provider`; None when it is not sent."""
    return (draft.route or profile.routing.default) if profile.routing else None


def input_digest(draft: Draft, profile: ModelProfile) -> str:
    """Return the SHA-256 of what would be sent for a draft, with the media's own addresses. Raises like `build`.

    It changes with whatever of the profile decides what the service makes, and with nothing else of it.
    """
    sent = {"input": build(draft, profile), "provider": provider(draft, profile)}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def _as_sent(option: Option, value: OptionValue) -> OptionValue:
    if not option.as_text or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _item(medium: Medium) -> Item:
    return {"path": medium.address, "scale": medium.scale} if medium.kind is MediaKind.LORA else medium.address
