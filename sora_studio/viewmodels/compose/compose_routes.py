"""The ways to and from the service that a composer can offer: how pictures reach it, and whether it can report back."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import GenerationRequest

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices


@dataclass(frozen=True, slots=True)
class Ways:
    """`routes` are those that are set up; `usual` is taken unless a task says otherwise. `callback`: a relay is set up.

    By the `inner` one, if any, nothing leaves this machine.
    """

    routes: tuple[PictureRoute, ...] = ()
    usual: PictureRoute | None = None
    callback: bool = False
    inner: PictureRoute | None = None

    @classmethod
    def of(cls, services: "ComposeServices", request: GenerationRequest) -> "Ways":
        """As they are now, for this request."""
        return cls(
            routes=services.publishing.routes,
            usual=services.publishing.route_for(replace(request, pictures_by=None)),
            callback=services.reports.state.configured,
            inner=next(filter(services.publishing.stays_here, PictureRoute), None),
        )

    def taken(self, wanted: PictureRoute | None) -> PictureRoute | None:
        """The way that pictures go when this one is wanted."""
        return wanted if wanted in self.routes else self.usual

    @property
    def has_choice(self) -> bool:
        """Whether pictures could go another way than usual."""
        return any(route is not self.usual for route in self.routes)
