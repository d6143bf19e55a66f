"""The options of a task in the words of its model's profile. Pure functions."""

from sora_studio.domain.models.profile import ModelProfile, Option, OptionKind
from sora_studio.domain.models.values import OptionValue, shown
from sora_studio.domain.request import GenerationRequest
from sora_studio.viewmodels.compose import form_fields

SEPARATOR = " · "


def options_text(request: GenerationRequest, profile: ModelProfile | None) -> str:
    """Return `10 s · landscape · watermark removed`, without texts, in the order of the form; empty without options.

    Options that the profile does not have, or no longer has, stand as they were sent.
    """
    known = {option.field: option for option in profile.options} if profile else {}
    strangers = [_as_sent(field, value) for field, value in request.options.items() if field not in known]
    chosen = [option for option in form_fields.in_order(known.values()) if option.field in request.options]
    words = [_words(option, request.options[option.field]) for option in chosen if option.kind is not OptionKind.TEXT]
    return SEPARATOR.join([*words, *strangers])


def texts(request: GenerationRequest, profile: ModelProfile | None) -> list[tuple[str, str]]:
    """Return the title and value of each option that is a text, such as a negative prompt."""
    options = form_fields.in_order(profile.options) if profile else []
    found = [(option.title, str(request.options.get(option.field, ""))) for option in options if option.kind is OptionKind.TEXT]
    return [(title, text) for title, text in found if text]


def _words(option: Option, value: OptionValue) -> str:
    words = _lower(form_fields.words(option, value))
    speaks_for_itself = form_fields.is_common(option) and not isinstance(value, bool) and words != _lower(form_fields.AUTO)
    return words if speaks_for_itself else f"{_lower(option.title)} {words}"


def _lower(words: str) -> str:
    """Return the words as they stand inside a line; an abbreviation such as `CFG` stays."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _as_sent(field: str, value: OptionValue) -> str:
    return f"{field.replace('_', ' ')} {shown(value)}"
