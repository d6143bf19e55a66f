"""What a request becomes on another model, in another shape, or with other ways to the service. Pure values in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures.picture_crop import reshaped
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape


def fitting(request: GenerationRequest, profiles: Mapping[str, ModelProfile], preferred: Sequence[str]) -> GenerationRequest:
    """On the first of the preferred models that is loaded, else on any, with only the options and the route that it has."""
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
    """Without ways that are not set up any more: what is not offered is not asked for either."""
    route = request.pictures_by if request.pictures_by in ways.routes else None
    return replace(request, callback=request.callback and ways.callback, pictures_by=route)


def recropped(request: GenerationRequest, seen: Mapping[str, Seen], shape: Shape | None) -> GenerationRequest:
    """Crops keep their place and take the clip's new shape; where that cannot be told, they go."""
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
    """Only of pictures that are there, and only those that change anything."""
    kept = {source: edit for source, edit in edits.items() if source in request.images and edit != PictureEdit()}
    return replace(request, edits=kept)
