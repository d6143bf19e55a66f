"""Adapts a request to another model, another shape, or other picture routes. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures.picture_crop import reshaped
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape


def fitting(request: GenerationRequest, profiles: Mapping[str, ModelProfile], preferred: Sequence[str]) -> GenerationRequest:
    """Adapt the request to the first preferred model that is loaded, else to any, and drop options and a route it lacks."""
    if not profiles:
        return request
    profile = profiles[next((slug for slug in preferred if slug in profiles), next(iter(profiles)))]
    options = {
        option.field: value
        for option in profile.options
        if (value := request.options.get(option.field)) is not None and option.allows(value)
    }
    route = request.route if request.route in profile.routing.values else ""
    return replace(request, model=profile.slug, options=options, route=route).completed(profile)


def reachable(request: GenerationRequest, ways: Ways) -> GenerationRequest:
    """Drop a callback or picture route that is no longer set up."""
    route = request.pictures_by if request.pictures_by in ways.routes else None
    return replace(request, callback=request.callback and ways.callback, pictures_by=route)


def recropped(request: GenerationRequest, seen: Mapping[str, Seen], shape: Shape | None) -> GenerationRequest:
    """Adapt crops to the clip's new shape around their centres; drop those whose picture's size is unknown."""
    edits = dict(request.edits)
    for source, edit in edits.items():
        pixels = seen[source].pixels if source in seen else None
        if edit.crop is None:
            continue
        crop = None
        if pixels is not None and shape is not None:
            crop = reshaped(edit.crop, picture=pixels[0] / pixels[1], shape=shape.ratio)
        edits[source] = replace(edit, crop=crop)
    return with_edits(request, edits)


def with_edits(request: GenerationRequest, edits: Mapping[str, PictureEdit]) -> GenerationRequest:
    """Replace the edits; drop those without effect or of absent pictures."""
    kept = {source: edit for source, edit in edits.items() if source in request.images and edit != PictureEdit()}
    return replace(request, edits=kept)
