"""What a published schema says otherwise than an installed profile, in plain words.

Only contradictions count. What the schema does not state (a limit, a default) is no difference, because profiles also hold
facts from other pages; nor is a profile that is stricter about what must be given.
"""

from collections.abc import Iterable, Iterator, Sequence

from sora_studio.domain.models.profile import MediaSlot, Mode, ModelProfile, Option, OptionKind
from sora_studio.domain.models.proposal import mode_name
from sora_studio.domain.models.published import Published, PublishedMode, same_fields
from sora_studio.domain.models.published_field import MediaFacts, PublishedField, PublishedPrompt, words
from sora_studio.domain.models.values import OptionValue, is_among, is_number, is_same, listed, shown

_MOST_COUNTED = 64
"""Ranges of more values are compared by their ends."""
_NUMERIC = (OptionKind.INT, OptionKind.FLOAT)


def differences(published: Published, profile: ModelProfile) -> tuple[str, ...]:
    """Return a sentence for each difference; none when the schema's modes are not certain."""
    if not published.modes:
        return ()
    found = list[tuple[str, str]]()
    pairs = list[tuple[PublishedMode, Mode]]()
    for mode in published.modes:
        own = next((own for own in profile.modes if same_fields(own.sends, mode.sends)), None)
        if own is None:
            found.append(("", f"The mode {mode_name(mode)} is new."))
        else:
            pairs.append((mode, own))
    kept = [own.id for _, own in pairs]
    found += [("", f"The mode {own.id} is no longer listed.") for own in profile.modes if own.id not in kept]
    found += [("", sentence) for sentence in _routes(published, profile)]
    if published.shared:
        found += [("", sentence) for sentence in _shared(published.modes[0], profile)]
    else:
        for mode, own in pairs:
            options, media = profile.options_in(own.id), profile.media_in(own.id)
            found += [(own.id, sentence) for sentence in _mode(mode, options, media)]
            found += [(own.id, sentence) for sentence in _prompt(mode.prompt, own, profile)]
    return _grouped(found, every=len(pairs))


def _grouped(found: Iterable[tuple[str, str]], *, every: int) -> tuple[str, ...]:
    """Return each sentence once, with its modes unless it holds in every mode."""
    modes = dict[str, list[str]]()
    for mode, sentence in found:
        modes.setdefault(sentence, []).append(mode)
    return tuple(
        sentence if names == [""] or len(names) == every else f"{', '.join(names)}: {sentence}"
        for sentence, names in modes.items()
    )


def _routes(published: Published, profile: ModelProfile) -> Iterator[str]:
    if published.routes is None:
        return
    own = profile.routing.values if profile.routing else ()
    yield from _changed("provider", published.routes, own)


def _shared(mode: PublishedMode, profile: ModelProfile) -> Iterator[str]:
    """Compare the one list of fields with those of all modes together: names and single values only."""
    selectors = {name for own in profile.modes for name in own.sends}
    known = selectors | {option.field for option in profile.options} | {slot.field for slot in profile.media}
    listed_names = {field.name for field in mode.fields}
    yield from (f"{words(field.name)} is new." for field in mode.fields if field.name not in known)
    if mode.closed:
        yield from (f"{name} is no longer listed." for name in sorted(known - listed_names - selectors))
    for field in mode.fields:
        own = [option for option in profile.options if option.field == field.name]
        if field.option and field.option.choices and own and all(option.choices for option in own):
            values = [value for option in own for value in _counted(option) or ()]
            yield from _changed(field.name, [choice.value for choice in field.option.choices], values)


def _mode(mode: PublishedMode, options: Sequence[Option], media: Sequence[MediaSlot]) -> Iterator[str]:
    own_options = {option.field: option for option in options}
    own_media = dict[str, list[MediaSlot]]()
    for slot in media:
        own_media.setdefault(slot.field, []).append(slot)
    for field in mode.fields:
        option, slots = own_options.get(field.name), own_media.get(field.name)
        if option is None and slots is None:
            yield f"{words(field.name)} is new{' and must be given' if field.required else ''}."
        elif not field.open:
            yield from _field(field, option, slots or [])
    if mode.closed:
        names = {field.name for field in mode.fields}
        yield from (f"{name} is no longer listed." for name in (*own_options, *own_media) if name not in names)


def _field(field: PublishedField, option: Option | None, slots: Sequence[MediaSlot]) -> Iterator[str]:
    if field.option and option:
        if field.required and not option.required and option.default is None:
            yield f"{field.name} must now be given."
        yield from _option(field.option, option)
    elif field.media and slots:
        yield from _media(field.name, field.media, slots)
    else:
        yield f"{field.name} is now {'a list' if field.media else 'a single value'}."


def _option(new: Option, own: Option) -> Iterator[str]:
    new_values, own_values = _counted(new), _counted(own)
    if new.kind is own.kind and new.kind in _NUMERIC and not own.as_text:
        yield from _limits(new, own)
    elif new_values is not None and own_values is not None:
        yield from _changed(new.field, new_values, own_values)
    elif new_values is not None:
        yield f"{new.field} now {new.says()}."
    elif own_values is not None:
        if new.kind in _NUMERIC:
            gone = [value for value in own_values if not new.allows(value)]
            yield from _changed(new.field, [value for value in own_values if new.allows(value)], own_values)
            yield from () if gone else _wider(new)
        elif not all(isinstance(value, str) for value in own_values):
            yield f"{new.field} is now text."
    elif (new.kind in _NUMERIC) != (own.kind in _NUMERIC):
        yield f"{new.field} is now {'a number' if new.kind in _NUMERIC else 'text'}."
    else:
        yield from _limits(new, own)


def _wider(new: Option) -> Iterator[str]:
    if new.min is not None or new.max is not None:
        yield f"{new.field} now {new.says()}."


def _limits(new: Option, own: Option) -> Iterator[str]:
    for name, stated, known in (("at least", new.min, own.min), ("at most", new.max, own.max)):
        if stated is not None and stated != known:
            yield f"{new.field} is {name} {_instead(stated, known)}."
    if new.step is not None and new.step != own.step:
        yield f"{new.field} goes in steps of {_instead(new.step, own.step)}."
    if new.max_chars is not None and new.max_chars != own.max_chars:
        yield f"{new.field} has at most {_instead(new.max_chars, own.max_chars)} characters."
    if own.random is not None and not new.allows(own.random):
        yield f"{new.field}: {own.random} is no longer listed."
    if new.random is not None and not own.allows(new.random):
        yield f"{new.field}: {new.random} is new."


def _media(name: str, new: MediaFacts, slots: Sequence[MediaSlot]) -> Iterator[str]:
    least = sum(slot.min for slot in slots)
    most = sum(slot.max or 0 for slot in slots) if all(slot.max is not None for slot in slots) else None
    if new.kind not in {slot.kind for slot in slots}:
        yield f"{name} is now of the kind {new.kind}."
    if new.least > least:
        yield f"{name} needs at least {_instead(new.least, least)}."
    if new.most is not None and new.most != most:
        yield f"{name} takes at most {_instead(new.most, most)}."


def _prompt(new: PublishedPrompt | None, mode: Mode, profile: ModelProfile) -> Iterator[str]:
    if new is None:
        return
    own = profile.prompt
    if new.required and not mode.prompt_required:
        yield "The prompt is now required."
    if new.min_chars is not None and new.min_chars != own.min_chars:
        yield f"The prompt has at least {_instead(new.min_chars, own.min_chars)} characters."
    if new.max_chars is not None and new.max_chars != own.max_chars:
        yield f"The prompt has at most {_instead(new.max_chars, own.max_chars)} characters."


def _instead(new: float, own: float | None) -> str:
    return f"{_number(new)} instead of {'no stated limit' if own is None else _number(own)}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) or not value.is_integer() else f"{int(value):,}"


def _changed(name: str, new: Sequence[OptionValue], own: Sequence[OptionValue]) -> Iterator[str]:
    added = [value for value in new if not _is_in(value, own)]
    gone = [value for value in own if not _is_in(value, new)]
    if added:
        yield f"{name}: {listed(map(shown, added), 'and')} {'is' if len(added) == 1 else 'are'} new."
    if gone:
        yield f"{name}: {listed(map(shown, gone), 'and')} {'is' if len(gone) == 1 else 'are'} no longer listed."


def _is_in(value: OptionValue, values: Iterable[OptionValue]) -> bool:
    """Return whether a value is among others. Numbers compare by value: 5.0 and 5 are one number in JSON."""
    if is_number(value):
        return any(is_number(other) and other == value for other in values)
    return is_among(value, values)


def _counted(option: Option) -> list[OptionValue] | None:
    """Return all values of an option as the wire has them; None if they are too many to count."""
    if option.choices:
        values = [choice.value for choice in option.choices]
    elif option.kind is OptionKind.SWITCH:
        values: list[OptionValue] = [True, False]
    elif option.kind is OptionKind.INT and option.min is not None and option.max is not None:
        step = int(option.step or 1)
        if (option.max - option.min) / step >= _MOST_COUNTED:
            return None
        values = list(range(int(option.min), int(option.max) + 1, step))
    else:
        return None
    if option.random is not None and not any(is_same(option.random, value) for value in values):
        values.append(option.random)
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values] if option.as_text else values
