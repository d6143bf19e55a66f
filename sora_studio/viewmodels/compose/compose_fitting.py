"""Adapts a request to another model, another shape, or other picture routes. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.beside import carried
from sora_studio.domain.models.carry import place
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import Mode, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue, is_same, shown
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.request import GenerationRequest, as_draft, mode_of
from sora_studio.domain.successors import successor_slugs
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures.picture_crop import reshaped
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape


def fitting(request: GenerationRequest, profiles: Mapping[str, ModelProfile], preferred: Sequence[str]) -> GenerationRequest:
    """Adapt the request to the first preferred model that is loaded, else to any.

    Options and a route that the model's mode lacks are dropped, and so are values that the model does not take. Media that it
    has no place for are set aside.
    """
    if not profiles:
        return request
    profile = profiles[next((slug for slug in preferred if slug in profiles), next(iter(profiles)))]
    mode = mode_of(request if request.model == profile.slug else replace(request, mode=""), profile)
    options = {
        option.field: value
        for option in profile.options_in(mode.id)
        if (value := request.options.get(option.field)) is not None and option.allows(value)
    }
    route = request.route if profile.routing and request.route in profile.routing.values else ""
    fitted = replace(request, model=profile.slug, mode=mode.id, options=options, route=route)
    if request.mode == mode.id and all(_has_place(role, media, mode, profile) for role, media in request.media.items()):
        return fitted.completed(profile)  # what was set aside stays there, even if it would fit by now
    placed = place(as_draft(request, profile), mode, profile)
    return replace(fitted, media=placed.media, set_aside=placed.set_aside).completed(profile)


def taken_over(
    request: GenerationRequest,
    profiles: Mapping[str, ModelProfile],
    known: Mapping[str, ModelProfile],
    preferred: Sequence[str],
) -> tuple[GenerationRequest, Sequence[str]]:
    """Return a request as one of the usable `profiles` takes it, and a sentence for each change.

    The place of a model that is gone is taken by its first successor; `known` has the profiles of such models too.
    """
    if request.model in profiles or not profiles:
        fitted = fitting(request, profiles, preferred)
        return fitted, changes(request, fitted, profiles.get(fitted.model))
    source = known.get(request.model)
    wanted = (*(successor_slugs(source, profiles) if source else ()), *preferred, *profiles)
    target = profiles[next(slug for slug in wanted if slug in profiles)]
    lost = f"{source.title} is no longer offered" if source else f"There is no profile of {request.model}"
    moved, notes = carried(request, source, target) if source else (request, ())
    fitted = fitting(moved, profiles, (target.slug,))
    return fitted, (f"{lost}; this draft is with {target.title} now.", *(notes or changes(request, fitted, target)))


def _has_place(role: Role, media: tuple[Medium, ...], mode: Mode, profile: ModelProfile) -> bool:
    slot = next((slot for slot in profile.media_in(mode.id) if slot.role is role), None)
    return slot is not None and all(medium.kind is slot.kind for medium in media)


def options_in_mode(
    options: Mapping[str, OptionValue], former: Mode, mode: Mode, profile: ModelProfile
) -> dict[str, OptionValue]:
    """Return the options for another mode of the model: what was chosen in the former mode, where it is allowed."""
    defaults = {option.field: option.default for option in profile.options_in(former.id)}
    there = {option.field: option for option in profile.options_in(mode.id)}
    return {
        name: value
        for name, value in options.items()
        if name in there and there[name].allows(value) and not is_same(value, defaults.get(name))
    }


def changes(before: GenerationRequest, after: GenerationRequest, profile: ModelProfile | None) -> list[str]:
    """Return a sentence for each value of a request taken over that the composer replaces or leaves out."""
    if profile is None:
        return []
    options, said = {option.field: option for option in profile.options}, list[str]()
    for name, value in before.options.items():
        option, kept = options.get(name), after.options.get(name)
        title, label = (option.title, option.label(value)) if option else (name, shown(value))
        if kept is None:
            said.append(f"{title}: {label} is left out.")
        elif option and not is_same(kept, value):
            said.append(f"{title}: {label} becomes {option.label(kept)}.")
    return said


def reachable(request: GenerationRequest, ways: Ways) -> GenerationRequest:
    """Drop a callback or picture route that is no longer set up."""
    route = request.pictures_by if request.pictures_by in ways.routes else None
    return replace(request, callback=request.callback and ways.callback, pictures_by=route)


def recropped(request: GenerationRequest, seen: Mapping[str, Seen], shape: Shape | None) -> GenerationRequest:
    """Adapt crops to the clip's new shape around their centres; drop those whose picture's size is unknown."""
    edits = dict(request.edits)
    for source, edit in edits.items():
        pixels = seen[source].pixels if source in seen else None
        if not isinstance(edit, PictureEdit) or edit.crop is None:
            continue
        crop = None
        if pixels is not None and shape is not None:
            crop = reshaped(edit.crop, picture=pixels[0] / pixels[1], shape=shape.ratio)
        edits[source] = replace(edit, crop=crop)
    return replace(request, edits=edits).with_media(request.media)
