"""Takes a draft from one model to another. The text never changes; what has no place there is set aside, with a note."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sora_studio.domain.models.draft import Draft, Media, Medium
from sora_studio.domain.models.profile import Allowed, MediaSlot, Mode, ModeKind, ModelProfile, Option, OptionKind, Role, Rule
from sora_studio.domain.models.shapes import as_lines, as_ratio, as_size
from sora_studio.domain.models.values import OptionValue, is_number, is_same

ASPECT, RESOLUTION, SIZE, SEED = "aspect", "resolution", "size", "seed"
"""Meanings with rules of their own. A size is an aspect and a resolution in one."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The draft for the new model, and one sentence for each change. `gains` are those of media that are used again."""

    draft: Draft
    notes: tuple[str, ...]
    gains: tuple[str, ...] = ()


def carry(draft: Draft, source: ModelProfile, target: ModelProfile, *, into: str = "") -> Carried:
    """Return the draft as the target takes it: mode, options by meaning, media by role, and then the target's rules.

    `into` is the id of the target's mode; without it the one that suits the draft best is taken.
    """
    notes = list[str]()
    before, after = source.mode(draft.mode) or source.modes[0], target.mode(into) or _mode_for(draft, source, target)
    if before.title != after.title:
        notes.append(f"Mode: {before.title} becomes {after.title}.")
    options = dict(_start_options(after, target))
    options |= _carried_options(draft, (before, source), (after, target), notes)
    placed = place(draft, after, target)
    notes.extend(placed.notes)
    media, set_aside = placed.media, placed.set_aside
    route = draft.route if target.routing and draft.route in target.routing.values else ""
    usual = source.routing.default if source.routing else ""
    if draft.route not in ("", usual, route):
        notes.append(f"Route: {target.title} has no route {draft.route}.")
    moved = replace(draft, mode=after.id, options=options, media=media, set_aside=set_aside, route=route)
    return Carried(_obey_rules(moved, after, target, notes), tuple(notes), placed.gains)


def mode_for_media(profile: ModelProfile, mode: Mode, media: Media) -> Mode:
    """Return the mode in which the draft goes on once its media have changed.

    The present one, if it takes all of them and needs no others. Else the one that takes the most, of the same kind if possible
    and with the likest id: `quality-text` goes on as `quality-frames`. Without media, one that needs none.
    """
    count = sum(map(len, media.values()))
    if count:
        if _taken(media, profile.media_in(mode.id)) == count:
            return mode
        return max(profile.modes, key=lambda other: (_taken(media, profile.media_in(other.id)), *_likeness(other, mode)))
    if not _needs_media(profile, mode):
        return mode
    free = [other for other in profile.modes if not _needs_media(profile, other)]
    return max(free, key=lambda other: _likeness(other, mode), default=mode)


def _likeness(mode: Mode, before: Mode) -> tuple[bool, bool, float]:
    """Return how likely the mode is meant; one that begins with a picture is what most want of a picture."""
    return mode.kind is before.kind, mode.kind is ModeKind.IMAGE, SequenceMatcher(None, mode.id, before.id).ratio()


def _needs_media(profile: ModelProfile, mode: Mode) -> bool:
    return mode.kind is ModeKind.REFERENCE or any(slot.min for slot in profile.media_in(mode.id))


def _mode_for(draft: Draft, source: ModelProfile, target: ModelProfile) -> Mode:
    """Return the first mode of the same kind; else the one that takes most of the draft's media; else the first."""
    before = source.mode(draft.mode) or source.modes[0]
    same = next((mode for mode in target.modes if mode.kind is before.kind), None)
    return same or max(target.modes, key=lambda mode: _taken(draft.media, target.media_in(mode.id)))


def _taken(media: Media, slots: Iterable[MediaSlot]) -> int:
    placed, _ = _distribute(_pieces(media, {}), tuple(slots))
    return len(placed)


def _start_options(mode: Mode, profile: ModelProfile) -> Iterator[tuple[str, OptionValue]]:
    for option in profile.options_in(mode.id):
        if option.default is not None:
            yield option.field, option.default


# Options


def _carried_options(
    draft: Draft, source: tuple[Mode, ModelProfile], target: tuple[Mode, ModelProfile], notes: list[str]
) -> dict[str, OptionValue]:
    """Return the target's values for what the draft means, by field. Notes what changes and what has no place."""
    (before, old), (after, new) = source, target
    given = [(option, value) for option in old.options_in(before.id) if (value := draft.chosen(option)) is not None]
    meant = dict[str, OptionValue]()
    for option, value in given:
        if not (option.meaning == SEED and is_same(value, option.random)):
            meant |= meanings_of(option, value)
    found = dict[str, OptionValue]()
    for option in new.options_in(after.id):
        if (value := _nearest(option, meant)) is not None:
            found[option.field] = value
    taken = {meaning for option in new.options_in(after.id) if option.field in found for meaning in _covered(option)}
    for option, value in given:
        notes.extend(_note(option, value, meant, taken, target, found))
    return found


def meanings_of(option: Option, value: OptionValue) -> dict[str, OptionValue]:
    """Return what a value means in the words common to all models, by meaning."""
    if not option.meaning:
        return {}
    chosen = option.choice(value)
    means = chosen.means if chosen else value
    if option.meaning != SIZE:
        return {option.meaning: means}
    size = as_size(means)
    return {ASPECT: size.aspect, RESOLUTION: size.resolution} if size else {}


def _covered(option: Option) -> tuple[str, ...]:
    return (ASPECT, RESOLUTION) if option.meaning == SIZE else (option.meaning,)


def _nearest(option: Option, meant: Mapping[str, OptionValue]) -> OptionValue | None:
    """Return the option's value that comes nearest to what is meant; None when nothing is, or nothing is near."""
    if option.meaning == SIZE:
        return _nearest_size(option, meant)
    wanted = meant.get(option.meaning) if option.meaning else None
    if wanted is None:
        return None
    match option.meaning:
        case "duration_s":
            return _not_above(option, wanted) if is_number(wanted) else None
        case "resolution":
            return _nearest_resolution(option, wanted)
        case "aspect":
            return _nearest_aspect(option, wanted)
        case _:
            return _equal(option, wanted)


def _equal(option: Option, wanted: OptionValue) -> OptionValue | None:
    for choice in option.choices:
        if is_same(choice.means, wanted):
            return choice.value
    # A text is carried whole, even if it is too long: the check says so.
    return wanted if not option.choices and option.allows(wanted) else None


def _not_above(option: Option, wanted: OptionValue) -> OptionValue | None:
    """Return the highest value that is not above, else the lowest."""
    most = float(wanted)
    if option.kind is OptionKind.CHOICE:
        numbers = {float(choice.means): choice.value for choice in option.choices if is_number(choice.means)}
        if not numbers:
            return None
        return numbers[max((number for number in numbers if number <= most), default=min(numbers))]
    if option.kind not in (OptionKind.INT, OptionKind.FLOAT):
        return None
    low, high, step = option.min or 0.0, option.max if option.max is not None else most, option.step
    value = max(min(most, high), low)
    if step is None and option.kind is OptionKind.INT:
        step = 1.0
    if step is not None:
        value = _floor(value, low, step)
    return round(value) if option.kind is OptionKind.INT else value


def _floor(value: float, start: float, step: float) -> float:
    """Return the highest number that lies a whole number of steps from `start` and is not above. 0.1 is not exact in binary."""
    return start + math.floor((value - start) / step + 1e-9) * step


def _nearest_resolution(option: Option, wanted: OptionValue) -> OptionValue | None:
    exact, most = _equal(option, wanted), as_lines(wanted)
    heights = {height: choice.value for choice in option.choices if (height := as_lines(choice.means)) is not None}
    if exact is not None or most is None or not heights:
        return exact
    return heights[max((height for height in heights if height <= most), default=min(heights))]


def _nearest_aspect(option: Option, wanted: OptionValue) -> OptionValue | None:
    exact, ratio = _equal(option, wanted), as_ratio(wanted)
    shapes = [(other, choice.value) for choice in option.choices if (other := as_ratio(choice.means)) is not None]
    if exact is not None or ratio is None or not shapes:
        return exact
    return min(shapes, key=lambda shape: abs(math.log(shape[0] / ratio)))[1]


def _nearest_size(option: Option, meant: Mapping[str, OptionValue]) -> OptionValue | None:
    """Return the size of the nearest shape, and among those of the highest resolution that is not above."""
    ratio, most = as_ratio(meant.get(ASPECT)), as_lines(meant.get(RESOLUTION))
    sizes = [(size, choice.value) for choice in option.choices if (size := as_size(choice.means))]
    if not sizes or (ratio is None and most is None):
        return None
    wanted = ratio or next((size.ratio for size, value in sizes if is_same(value, option.default)), sizes[0][0].ratio)
    apart = min(abs(math.log(size.ratio / wanted)) for size, _ in sizes)
    alike = [(size, value) for size, value in sizes if abs(math.log(size.ratio / wanted)) <= apart + 1e-6]
    if most is None:
        return next((value for _, value in alike if is_same(value, option.default)), alike[0][1])
    heights = {size.lines: value for size, value in reversed(alike)}
    return heights[max((height for height in heights if height <= most), default=min(heights))]


def _note(
    option: Option,
    value: OptionValue,
    meant: Mapping[str, OptionValue],
    taken: set[str],
    target: tuple[Mode, ModelProfile],
    found: Mapping[str, OptionValue],
) -> Iterator[str]:
    """Say what became of one value of the former model."""
    mode, profile = target
    meanings = {name: word for name, word in meanings_of(option, value).items() if name in meant}
    if not option.meaning and option.default is not None and is_same(value, option.default):
        return  # neither chosen nor carried: no choice is lost
    lost = [name for name in meanings if name not in taken and not _is_fixed(mode, name, meanings[name])]
    if lost or not option.meaning:
        yield f"{option.title}: {option.label(value)} has no place in {profile.title}, {mode.title}."
    for other in profile.options_in(mode.id):
        if other.field not in found or not set(_covered(other)) & set(meanings):
            continue
        became = found[other.field]
        new = meanings_of(other, became)
        if any(not is_equal(name, meanings[name], new[name]) for name in meanings if name in new):
            yield f"{other.title}: {option.label(value)} becomes {other.label(became)}."


def is_equal(meaning: str, one: OptionValue, other: OptionValue) -> bool:
    """Return whether two values of one meaning stand for the same, such as `16:9` and `1280:720`."""
    if meaning == ASPECT and (ratio := as_ratio(one)) is not None:
        return (shape := as_ratio(other)) is not None and abs(math.log(shape / ratio)) < 0.01
    return is_same(one, other) or (is_number(one) and is_number(other) and one == other)


def _is_fixed(mode: Mode, meaning: str, value: OptionValue) -> bool:
    return meaning in mode.fixed and is_same(mode.fixed[meaning], value)


# Media


@dataclass(frozen=True, slots=True)
class _Piece:
    """One medium of the draft, with the role that it had. Equal media may stand twice."""

    medium: Medium
    role: Role
    is_aside: bool = False


def _pieces(media: Media, set_aside: Media) -> Iterator[_Piece]:
    for role in Role:
        yield from (_Piece(medium, role) for medium in media.get(role, ()))
        yield from (_Piece(medium, role, is_aside=True) for medium in set_aside.get(role, ()))


@dataclass(frozen=True, slots=True)
class Placed:
    """Media in the roles of a mode, those that are set aside, and one sentence for each change; `gains` are the good ones."""

    media: Media
    set_aside: Media
    notes: tuple[str, ...]
    gains: tuple[str, ...]


def place(draft: Draft, mode: Mode, profile: ModelProfile) -> Placed:
    """Return where the draft's media go in a mode. What was set aside before comes back where it fits."""
    placed, left = _distribute(_pieces(draft.media, draft.set_aside), profile.media_in(mode.id))
    notes, gains = list[str](), list[str]()
    for piece, role in placed:
        if role is not piece.role:
            notes.append(f"{piece.medium.name}: {piece.role} becomes {role}.")
        elif piece.is_aside:
            notes.append(f"{piece.medium.name} is back as {role}.")
        if piece.is_aside:
            gains.append(notes[-1])
    reason = f"is set aside: {mode.title} of {profile.title} has no place for it."
    notes.extend(f"{piece.medium.name} {reason}" for piece in left if not piece.is_aside)
    return Placed(_by_role(placed), _by_role((piece, piece.role) for piece in left), tuple(notes), tuple(gains))


def _by_role(pieces: Iterable[tuple[_Piece, Role]]) -> dict[Role, tuple[Medium, ...]]:
    media = dict[Role, tuple[Medium, ...]]()
    for piece, role in pieces:
        media[role] = (*media.get(role, ()), piece.medium)
    return media


def _distribute(pieces: Iterable[_Piece], slots: tuple[MediaSlot, ...]) -> tuple[list[tuple[_Piece, Role]], list[_Piece]]:
    """Return the pieces with their new roles, and those that are left.

    Media keep their role where they can. The others take any role of their kind that has room; but a mask stays a mask.
    """
    placed, homeless, left = list[tuple[_Piece, Role]](), list[_Piece](), list[_Piece]()
    for piece in pieces:
        slot = next((slot for slot in slots if slot.role is piece.role and slot.kind is piece.medium.kind), None)
        if slot and (_has_room(slot, placed) or _makes_tasks(slot, piece, placed)):
            placed.append((piece, slot.role))
        else:
            homeless.append(piece)
    for piece in homeless:
        if slot := next((slot for slot in slots if _may_move(piece, slot) and _has_room(slot, placed)), None):
            placed.append((piece, slot.role))
        else:
            left.append(piece)
    return placed, left


def _has_room(slot: MediaSlot, placed: Iterable[tuple[_Piece, Role]]) -> bool:
    return slot.max is None or sum(role is slot.role for _, role in placed) < slot.max


def _makes_tasks(slot: MediaSlot, piece: _Piece, placed: Iterable[tuple[_Piece, Role]]) -> bool:
    """Return whether the piece stays as one of several pictures that make a task each.

    What comes back joins none that the draft shows now: the number of tasks must not grow by a change of the model.
    """
    together = all(other.is_aside is piece.is_aside for other, role in placed if role is slot.role)
    return slot.role is Role.FIRST and slot.max == 1 and together


def _may_move(piece: _Piece, slot: MediaSlot) -> bool:
    return slot.kind is piece.medium.kind and Role.MASK not in (piece.role, slot.role)


# Rules


def _obey_rules(draft: Draft, mode: Mode, profile: ModelProfile, notes: list[str]) -> Draft:
    """Replace values that a rule of the new model does not allow. A change may make another rule hold: look once for each."""
    options = {option.field: option for option in profile.options_in(mode.id)}
    for _ in profile.rules:
        changed = False
        for rule in profile.rules:
            values, present = draft.facts(mode, profile)
            if rule.when.holds(values, present) and (new := _allowed_values(rule, values, options)):
                draft = replace(draft, options={**draft.options, **new})
                if rule.say not in notes:
                    notes.append(rule.say)
                changed = True
        if not changed:
            break
    return draft


def _allowed_values(rule: Rule, values: Mapping[str, OptionValue], options: Mapping[str, Option]) -> dict[str, OptionValue]:
    """Return the nearest allowed value of each option that has another."""
    changes = dict[str, OptionValue]()
    for name, allowed in rule.allow.items():
        if name in values and values[name] not in allowed and name in options:
            value = _nearest_allowed(options[name], values[name], allowed)
            if value is not None:
                changes[name] = value
    return changes


def _apart(one: OptionValue, other: OptionValue) -> float:
    return abs(float(one) - float(other)) if is_number(one) else math.inf


def _nearest_allowed(option: Option, value: OptionValue, allowed: Allowed) -> OptionValue | None:
    if option.choices or allowed.values:
        listed = [choice.value for choice in option.choices] or allowed.values
        possible = [other for other in listed if other in allowed and option.allows(other)]
        if not is_number(value):
            return next(iter(possible), None)
        return min(possible, key=lambda other: _apart(other, value), default=None)
    if not is_number(value):
        return None
    lows = [low for low in (option.min, allowed.min) if low is not None]
    highs = [high for high in (option.max, allowed.max) if high is not None]
    near = max([min([float(value), *highs]), *lows])
    step = option.step or (1.0 if option.kind is OptionKind.INT else None)
    if step is not None:
        near = _floor(near, option.min or 0.0, step)
        near += step if any(near < low for low in lows) else 0.0
    nearest = round(near) if option.kind is OptionKind.INT else near
    return nearest if nearest in allowed and option.allows(nearest) else None
