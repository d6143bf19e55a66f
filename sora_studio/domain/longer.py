"""The longest version of a short test: the same request with the longest clip that its model makes of it."""

from dataclasses import replace

from sora_studio.domain.models.profile import DURATION, ModelProfile, Option
from sora_studio.domain.models.values import OptionValue, is_number
from sora_studio.domain.request import GenerationRequest, check_request


def longest_version(request: GenerationRequest, profile: ModelProfile) -> GenerationRequest | None:
    """Return the request with the longest duration that the model takes with everything else in it; None if none is longer."""
    whole = request.completed(profile)
    option = next((option for option in profile.options_in(whole.mode) if option.meaning == DURATION), None)
    if option is None:
        return None
    current_s = _seconds(option, whole.options.get(option.field))
    for value in sorted(_values(option), key=lambda value: _seconds(option, value), reverse=True):
        if _seconds(option, value) <= current_s:
            return None
        version = replace(request, options={**whole.options, option.field: value})
        if not check_request(version, profile):
            return version
    return None


def _values(option: Option) -> list[OptionValue]:
    """Return the lengths to choose from; of a range, the longest."""
    return [choice.value for choice in option.choices] or ([] if option.max is None else [_whole(option.max)])


def _seconds(option: Option, value: OptionValue | None) -> float:
    choice = None if value is None else option.choice(value)
    means = choice.means if choice else value
    return float(means) if means is not None and is_number(means) else 0.0


def _whole(value: float) -> OptionValue:
    return int(value) if int(value) == value else value
