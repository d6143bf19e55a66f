"""The choices the composer can offer: how pictures reach the service, and whether it can call back."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import GenerationRequest

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices


@dataclass(frozen=True, slots=True)
class Ways:
    """`routes` are those that are set up; `usual` is the default for tasks. `callback`: a relay is set up.

    With the `inner` route, if any, nothing leaves this machine.
    """

    routes: tuple[PictureRoute, ...] = ()
    usual: PictureRoute | None = None
    callback: bool = False
    inner: PictureRoute | None = None

    @classmethod
    def of(cls, services: "ComposeServices", request: GenerationRequest) -> "Ways":
        """Return the choices that are set up now, for this request."""
        return cls(
            routes=services.publishing.routes,
            usual=services.publishing.route_for(replace(request, pictures_by=None)),
            callback=services.reports.state.configured,
            inner=next(filter(services.publishing.stays_here, PictureRoute), None),
        )

    def taken(self, wanted: PictureRoute | None) -> PictureRoute | None:
        """Return the route that is used if this one is wanted."""
        return wanted if wanted in self.routes else self.usual

    @property
    def has_choice(self) -> bool:
        """Whether there is a picture route other than the default."""
        return any(route is not self.usual for route in self.routes)
