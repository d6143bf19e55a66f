"""One draft for several models at once: which, what each of them makes of it, and sending them as one batch."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.beside import BesideEntry, beside
from sora_studio.domain.errors import BatchBlocked, InvalidRequest, KeyMissing, Problem, PublicUrlNeeded
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import MAX_TAKES, GenerationRequest, check_takes
from sora_studio.domain.task import Task
from sora_studio.viewmodels.compose.compose_complaints import problems_of
from sora_studio.viewmodels.compose.compose_fitting import reachable
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent
from sora_studio.viewmodels.compose.models import beside_words
from sora_studio.viewmodels.compose.models.beside_words import BesideRow
from sora_studio.viewmodels.compose.models.picker_order import families
from sora_studio.viewmodels.compose.prompt_texts import one_request

if TYPE_CHECKING:
    from sora_studio.services.tasks.submission import Submission
    from sora_studio.viewmodels.compose.composer import ComposeModel


class BesideModel(QObject):
    """The composer's draft with its own model first, then with the others, as it was when `begin` was called.

    What is refused is not sent with the rest. Signals: `changed()`, and `route_needed()` when nothing was sent because no
    picture route is set up.
    """

    changed = Signal()
    route_needed = Signal()

    def __init__(self, compose: "ComposeModel", submission: "Submission", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compose = compose
        self._submission = submission
        self._models = list[ModelProfile]()
        self._entries = list[BesideEntry]()
        self._found = dict[str, tuple[str, ...]]()
        self._takes = 1
        self._trouble = ""
        self._sending = False

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[BesideRow, ...]:
        """The models as the panel shows them, the draft's own in front."""
        today = datetime.now().astimezone().date()
        return tuple(
            beside_words.row_of(
                entry, self._entries[0], self._refusals(entry), price=self._price(entry), takes=self._takes, today=today
            )
            for entry in self._entries
        )

    @property
    def others(self) -> list[tuple[str, list[ModelProfile]]]:
        """The models that can be added, by family, in the picker's order."""
        facts = self._compose.picker_facts()
        there = {entry.profile.slug for entry in self._entries}
        offered = self._compose.profiles.keys() - there
        groups = families(facts) if facts else []
        rest = [(title, [profile for profile in models if profile.slug in offered]) for title, models in groups]
        return [(title, models) for title, models in rest if models]

    @property
    def request(self) -> GenerationRequest:
        """The draft with its own model."""
        return self._entries[0].request

    @property
    def takes(self) -> int:
        """How often each model is sent."""
        return self._takes

    @property
    def clips(self) -> int:
        """How many clips are ordered now."""
        return self._takes * sum(entry.parts for entry in self._sent)

    @property
    def problem(self) -> str:
        """What keeps all of them from being sent, or why nothing was; else empty."""
        return self._trouble or " ".join(problem.message for problem in self._crowding)

    @property
    def can_send(self) -> bool:
        """Whether there is something to send and nothing in its way."""
        return bool(self._sent) and not self._crowding and not self._sending

    @property
    def summary(self) -> str:
        """What will be sent, and what is left out."""
        models = len(self._entries)
        return beside_words.summary(models, models - len(self._sent), self.clips, self._total)

    @property
    def generate_words(self) -> str:
        """The button's text."""
        return beside_words.generate_words(self.clips, self._total, online=self._compose.online)

    # --- changes --------------------------------------------------------------------------------------------------

    def begin(self, slug: str) -> bool:
        """Start with the draft's model and this one; return False if there is none. Call `check` afterwards."""
        source, target = self._compose.profile, self._compose.profiles.get(slug)
        if source is None or target is None or self._sending:
            return False
        self._takes, self._found, self._trouble = self._compose.draft.takes, {}, ""
        self._models = [target]
        self._compare(source)
        return True

    def add(self, slug: str) -> None:
        """Add a model. Call `check` afterwards."""
        source, target = self._compose.profile, self._compose.profiles.get(slug)
        is_new = all(entry.profile.slug != slug for entry in self._entries)
        if source is not None and target is not None and is_new and not self._sending:
            self._models.append(target)
            self._compare(source)

    def remove(self, slug: str) -> None:
        """Remove a model other than the draft's own."""
        source = self._compose.profile
        if source is not None and not self._sending:
            self._models = [profile for profile in self._models if profile.slug != slug]
            self._compare(source)

    def set_takes(self, takes: int) -> None:
        """Set how often each model is sent, clamped to 1 … `MAX_TAKES`."""
        self._takes, self._trouble = min(max(takes, 1), MAX_TAKES), ""
        self.changed.emit()

    # --- with services --------------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Look at the media as each model would get them, unless that was done; refuse a model that does not take them."""
        for entry in [one for one in self._entries if one.request.sources and one.profile.slug not in self._found]:
            try:
                problems = await self._submission.check(self._reachable(entry))
            except (InvalidRequest, PublicUrlNeeded) as error:
                problems = problems_of(error)
            if entry in self._entries:  # it may have been removed meanwhile
                self._found[entry.profile.slug] = tuple(problem.message for problem in problems)
                self.changed.emit()

    async def submit(self, consent: Consent = NO_CONSENT) -> list[Task]:
        """Send all that is not refused, as one batch; return once the tasks are on disk.

        Returns an empty list if nothing was sent (see `problem`, and call `check` again) or a previous call is still running.
        Raises `KeyMissing`, `RequestRepeated` or `BatchQuestion` without the user's consent, and what the storage raises.
        """
        if not self.can_send:
            return []
        if not self._compose.has_key:
            raise KeyMissing
        self._sending, self._trouble = True, ""
        self.changed.emit()
        try:
            requests = [await self._one_text(self._reachable(entry), entry.profile) for entry in self._sent]
            files = {file for request in requests for file in request.files}
            shown = {source: digest for source, digest in self._compose.inspection.shown.items() if source in files}
            return await self._submission.submit_together(
                requests, takes=self._takes, again=consent.again, ask=not consent.batch, shown=shown
            )
        except BatchBlocked as blocked:
            self._trouble = blocked.sentence
            return []
        except InvalidRequest as error:
            self._trouble, self._found = error.title, {}
            return []
        except PublicUrlNeeded as error:
            self._trouble = error.sentence
            self.route_needed.emit()
            return []
        finally:
            self._sending = False
            self.changed.emit()

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _one_text(self, request: GenerationRequest, profile: ModelProfile) -> GenerationRequest:
        return one_request(request, await self._compose.texts.to_send(request.prompt, profile.tags))

    @property
    def _sent(self) -> list[BesideEntry]:
        return [entry for entry in self._entries if not self._refusals(entry)]

    @property
    def _crowding(self) -> list[Problem]:
        parts = sum(entry.parts for entry in self._sent)
        return check_takes(self._takes, parts) if parts else []

    @property
    def _total(self) -> str:
        return beside_words.total_words([(self._price(entry), entry.parts * self._takes) for entry in self._sent])

    def _price(self, entry: BesideEntry) -> PriceEstimate | None:
        return self._compose.price_of(entry.request, entry.profile)

    def _refusals(self, entry: BesideEntry) -> list[str]:
        return [*(problem.message for problem in entry.problems), *self._found.get(entry.profile.slug, ())]

    def _reachable(self, entry: BesideEntry) -> GenerationRequest:
        return reachable(entry.request, self._compose.ways)

    def _compare(self, source: ModelProfile) -> None:
        self._entries = beside(self._compose.request, source, self._models, lambda target: self._compose.in_model(target.slug))
        self._trouble = ""
        self.changed.emit()
